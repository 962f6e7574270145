#include <nexo_mock/codec/http_url.hpp>

#include <boost/url/parse.hpp>

namespace nexo_mock::codec {

std::optional<http_url> http_url::parse(std::string_view text) {
    const auto parsed = boost::urls::parse_absolute_uri({text.data(), text.size()});
    if (!parsed || !parsed->has_authority()) return std::nullopt;
    http_url url;
    url.is_tls = parsed->scheme_id() == boost::urls::scheme::https;
    if (!url.is_tls && parsed->scheme_id() != boost::urls::scheme::http) return std::nullopt;
    url.host = parsed->host_address();
    const bool is_future = parsed->host_type() == boost::urls::host_type::ipvfuture;
    if (url.host.empty() || is_future) return std::nullopt;
    // Boost.URL takes what follows "host:" for a path if it is no number.
    const auto path = parsed->encoded_path();
    if (!path.empty() && path.front() != '/') return std::nullopt;
    if (!parsed->port().empty() && parsed->port_number() == 0)
        return std::nullopt;  // or above 65535
    const auto port = parsed->port();
    url.port = port.empty() ? (url.is_tls ? "443" : "80") : std::string{port.data(), port.size()};
    const auto host_and_port = parsed->encoded_host_and_port();
    url.authority.assign(host_and_port.data(), host_and_port.size());
    const auto target = parsed->encoded_target();
    url.target.assign(target.data(), target.size());
    if (url.target.empty() || url.target.front() != '/') url.target.insert(0, 1, '/');
    return url;
}

}  // namespace nexo_mock::codec
