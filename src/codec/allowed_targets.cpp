#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace nexo_mock::codec {

namespace {

using domain::ip_address;
using domain::ip_range;

constexpr std::size_t longest_name = 253;  // of a host, by RFC 1035

constexpr ip_range v4(std::array<std::uint8_t, 4> base, unsigned bits) {
    return {ip_address::v4(base), 96 + bits};
}

// What is no address of the public internet, by the registries of IANA for special purposes.
constexpr std::array near_v4{v4({0, 0, 0, 0}, 8),      v4({10, 0, 0, 0}, 8),
                             v4({100, 64, 0, 0}, 10),  v4({127, 0, 0, 0}, 8),
                             v4({169, 254, 0, 0}, 16), v4({172, 16, 0, 0}, 12),
                             v4({192, 0, 0, 0}, 24),   v4({192, 168, 0, 0}, 16),
                             v4({198, 18, 0, 0}, 15),  v4({224, 0, 0, 0}, 3)};
// Those of tunnels hold an IPv4 address of somebody's choice.
constexpr std::array tunnels_v6{ip_range{{{0x20, 0x01}}, 23}, ip_range{{{0x20, 0x02}}, 16}};
constexpr ip_range all_v4 = v4({0, 0, 0, 0}, 0);
constexpr ip_range global_v6{{{0x20}}, 3};
constexpr ip_range loopback_v4 = v4({127, 0, 0, 0}, 8);
constexpr ip_range loopback_v6{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 128};

bool is_in(const auto& ranges, const ip_address& address) {
    return std::ranges::any_of(ranges,
                               [&](const ip_range& each) { return each.contains(address); });
}

bool is_public(const ip_address& address) {
    if (all_v4.contains(address)) return !is_in(near_v4, address);
    return global_v6.contains(address) && !is_in(tunnels_v6, address);
}

bool is_loopback(const ip_address& address) {
    return loopback_v4.contains(address) || loopback_v6.contains(address);
}

std::string lower(std::string_view text) {
    std::string made{text};
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return made;
}

/// As names are compared: the dot that may end one means nothing.
std::string canonical(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return lower(host);
}

// A name whose last label is a number would be taken for an address.
bool is_name(std::string_view text) {
    if (text.empty() || text.size() > longest_name) return false;
    constexpr std::string_view others = "abcdefghijklmnopqrstuvwxyz-_";
    constexpr std::string_view digits = "0123456789";
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('.', at), text.size());
        const auto label = text.substr(at, end - at);
        if (label.empty()) return false;
        const bool is_last = end == text.size();
        if (is_last && label.find_first_not_of(digits) == std::string_view::npos) return false;
        at = end + 1;
    }
    return std::ranges::all_of(text, [&](char c) {
        return c == '.' || others.find(c) != std::string_view::npos ||
               digits.find(c) != std::string_view::npos;
    });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, port);
    if (ec != std::errc{} || stop != end || port == 0) return std::nullopt;
    return port;
}

/// The address that a host is as it stands; none if it is a name.
std::optional<ip_address> address_of(std::string_view host) {
    if (host.find('/') != std::string_view::npos) return std::nullopt;
    const auto range = parse_ip_range(host);
    return range ? std::optional{range->base} : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

/// An entry taken apart; none if something else than a port follows the host.
struct host_and_port {
    std::string_view host;
    std::optional<std::uint16_t> port;
};

std::optional<host_and_port> split(std::string_view text) {
    host_and_port made{text, std::nullopt};
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        made.host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
        if (made.host.find(':') == std::string_view::npos) return std::nullopt;
    } else if (std::ranges::count(text, ':') == 1) {  // more are in an IPv6 address
        made.host = text.substr(0, text.find(':'));
        rest = text.substr(text.find(':'));
    }
    if (rest.empty()) return made;
    made.port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
    return made.port ? std::optional{made} : std::nullopt;
}

}  // namespace

bool allowed_targets::entry::fits_name(std::string_view host) const {
    if (name.empty()) return false;
    if (!holds_names_below) return host == name;
    return host.size() > name.size() + 1 && host.ends_with(name) &&
           host[host.size() - name.size() - 1] == '.';
}

std::optional<allowed_targets::entry> allowed_targets::parse(std::string_view text) {
    const auto parts = split(text);
    if (!parts) return std::nullopt;
    entry made;
    made.text = text;
    made.port = parts->port;
    if (const auto range = parse_ip_range(parts->host)) {
        made.range = *range;
        return made;
    }
    auto name = canonical(parts->host);
    made.holds_names_below = name.starts_with("*.");
    if (made.holds_names_below) name.erase(0, 2);
    if (!is_name(name)) return std::nullopt;
    made.name = std::move(name);
    return made;
}

std::optional<std::string> allowed_targets::add(std::string_view entries) {
    std::vector<entry> added;
    for (std::size_t at = 0; at <= entries.size();) {
        const auto end = std::min(entries.find(',', at), entries.size());
        const auto text = trimmed(entries.substr(at, end - at));
        auto parsed = parse(text);
        if (!parsed) return std::string{text};
        added.push_back(std::move(*parsed));
        at = end + 1;
    }
    std::ranges::move(added, std::back_inserter(entries_));
    return std::nullopt;
}

bool allowed_targets::may_lead_to(std::string_view host, std::string_view port) const {
    if (allow_all()) return true;
    if (const auto address = address_of(host)) return allow(host, port, *address);
    const auto name = canonical(host);
    const auto number = parse_port(port);
    return std::ranges::any_of(entries_, [&](const entry& each) {
        const bool fits_port = !each.port || each.port == number;
        return fits_port && (each.name.empty() || each.fits_name(name));
    });
}

bool allowed_targets::allow(std::string_view host, std::string_view port,
                            const ip_address& address) const {
    if (allow_all()) return true;
    const auto name = canonical(host);
    const auto number = parse_port(port);
    const bool may_be_near = name == "localhost" && is_loopback(address);
    return std::ranges::any_of(entries_, [&](const entry& each) {
        if (each.port && each.port != number) return false;
        if (each.name.empty()) return each.range.contains(address);
        return each.fits_name(name) && (is_public(address) || may_be_near);
    });
}

std::string allowed_targets::objection_to(const http_url& to) const {
    if (may_lead_to(to.host, to.port)) return {};
    const bool is_v6 = to.host.find(':') != std::string::npos;
    const auto host = is_v6 ? '[' + to.host + ']' : to.host;
    return "webhooks may not go to " + host + ':' + to.port + ", --webhook-allow is " + text();
}

std::string allowed_targets::objection_to(const domain::scenario& all) const {
    const auto check = [this](const domain::webhook_target_ptr& to, const std::string& place) {
        const auto url = to ? http_url::parse(to->url) : std::nullopt;
        const auto why = url ? objection_to(*url) : std::string{};
        return why.empty() ? why : place + ": " + why;
    };
    auto why = check(all.webhook.target, "/webhook/url");
    if (why.empty()) why = check(all.account_defaults.target, "/account_defaults/webhook/url");
    for (std::size_t i = 0; why.empty() && i < all.accounts.size(); ++i)
        why = check(all.accounts[i].target, "/accounts/" + std::to_string(i) + "/webhook/url");
    return why;
}

std::string allowed_targets::text() const {
    std::string all;
    for (const auto& each : entries_)
        all += (all.empty() ? "" : ",") + each.text;
    return all;
}

}  // namespace nexo_mock::codec
