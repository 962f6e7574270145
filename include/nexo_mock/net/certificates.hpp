#pragma once

#include <span>
#include <string>
#include <vector>

namespace nexo_mock::net {

/// A certificate and its key, as PEM texts.
struct certificate {
    std::string chain;
    std::string key;
};

/// Names and addresses by which clients reach an emulator: the vendor's, this machine's, and those
/// that containers use. With `host` if that is another private address.
std::vector<std::string> emulator_names(const std::string& host);

/// An authority for clients of emulators to trust, good for ten years. It can vouch for nothing but
/// the names above and private addresses, so that its key is of no use against anybody. Throws
/// std::runtime_error if OpenSSL can't make it.
certificate make_authority();

/// A server's certificate, good for 397 days, which is what clients accept at most. Throws
/// std::invalid_argument if the authority can't be read, else as make_authority().
certificate issue(const certificate& authority, std::span<const std::string> names);

/// Why a server's certificate can't go on being used: it is not by that authority, does not have a
/// name, or ends within 30 days. Empty if it can. Throws std::invalid_argument if the authority
/// can't be read.
std::string why_unusable(const certificate& server, const certificate& authority,
                         std::span<const std::string> names);

/// As above, of the authority itself: it is none, its key is another's, or it ends soon.
std::string why_unusable(const certificate& authority);

}  // namespace nexo_mock::net
