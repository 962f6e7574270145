#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// An http:// or https:// URL, taken apart.
struct http_url {
    bool is_tls = false;
    std::string host;       ///< without the brackets of an IPv6 address
    std::string port;       ///< digits; the scheme's own if the URL names none
    std::string target;     ///< path and query
    std::string authority;  ///< for the Host header

    /// None if it is no absolute URL of the two schemes with a host.
    static std::optional<http_url> parse(std::string_view text);
};

/// What http_url::parse() takes, for messages.
inline constexpr std::string_view http_url_form =
    "a URL like \"http://localhost:3000/webhooks/nexo\"";

}  // namespace nexo_mock::codec
