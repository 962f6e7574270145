#pragma once

#include <nexo_mock/net/certificates.hpp>

#include <string>

namespace nexo_mock::cli {

/// What --tls-self-signed keeps in a folder: ca.pem, which clients are to trust, with ca.key, and
/// server.pem with server.key. The authority is made once; the server's certificate whenever it is
/// missing, ends soon or lacks a name. Processes that start at the same time agree on one. A folder
/// that can't be written serves as long as what is in it does. Throws std::runtime_error, which
/// says what is wrong with which file.
net::certificate self_signed_in(const std::string& folder, const std::string& host);

/// The file in it that clients are to trust.
std::string authority_file(const std::string& folder);

}  // namespace nexo_mock::cli
