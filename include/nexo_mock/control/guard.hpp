#pragma once

#include <nexo_mock/api/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::control {

/// Who may make control calls.
struct guard_settings {
    std::string token;                ///< empty: none is asked for
    bool only_loopback_hosts = true;  ///< the Host header must name this machine, or `host`;
                                      ///< and pages of ours have no TLS
    std::string host;                 ///< the name that was listened on
};

/// Why a control call is refused before it is looked at.
struct guard_refusal {
    int status = 0;
    std::string_view error;
    std::string detail;
};

/// Keeps web pages and strangers out: a page that runs in the developer's browser must not read
/// codes or move time, neither from another origin nor by a name that it made point here (DNS
/// rebinding); with a token set, nobody may who does not know it.
class guard {
 public:
    explicit guard(guard_settings settings) : settings_{std::move(settings)} {}

    std::optional<guard_refusal> refuses(const api::request& in) const;
    /// The same, of what holds no secret and needs no token.
    std::optional<guard_refusal> refuses_place(const api::request& in) const;

 private:
    bool is_ours(std::string_view host) const;
    bool is_of_our_pages(const api::request& in) const;
    bool knows_token(const api::request& in) const;

    guard_settings settings_;
};

/// The name in a Host header: no port, no brackets, lower case; empty if it is none.
std::string host_name(std::string_view authority);

/// The same text, found out in a time that does not tell how much of it is right.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace nexo_mock::control
