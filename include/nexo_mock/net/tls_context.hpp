#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace nexo_mock::net {

/// A server's settings of TLS: 1.2 and later, HTTP/1.1 by ALPN, sessions that can be resumed. The
/// chain (the server's certificate first) and its key are PEM texts. Threads may share it. Throws
/// std::invalid_argument, which says what is wrong, if they can't be used or do not belong
/// together.
std::unique_ptr<boost::asio::ssl::context> server_tls(const std::string& chain,
                                                      const std::string& key);

/// Whether a handshake failed because the client speaks plain HTTP.
bool speaks_plain_http(const boost::system::error_code& ec);

/// Why a handshake failed, in words that help; empty if the client left without a word.
std::string explain_handshake(const boost::system::error_code& ec);

}  // namespace nexo_mock::net
