#include <nexo_mock/control/guard.hpp>

#include <algorithm>

namespace nexo_mock::control {

namespace {

std::string lower(std::string_view text) {
    std::string small{text};
    for (auto& each : small) {
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each + ('a' - 'A'));
    }
    return small;
}

/// Names that no resolver lets point elsewhere, or that the vendor's clients have to use.
bool is_of_this_machine(std::string_view name) {
    return name == "localhost" || name.ends_with(".localhost") || name == "::1" ||
           name == "nexoroute.dev" || name.starts_with("127.");
}

/// A dotted name may begin with 127. and still be somebody's: 127.0.0.1.example.org.
bool is_address(std::string_view name) {
    return name.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// The authority of "http://host:port".
std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view{} : origin.substr(scheme + 3);
}

}  // namespace

std::string host_name(std::string_view authority) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        return lower(authority.substr(1, end == std::string_view::npos ? end : end - 1));
    }
    return lower(authority.substr(0, authority.find(':')));
}

bool is_same_secret(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0U : 1U;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto other = b.empty() ? '\0' : b[i % b.size()];
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(other);
    }
    return difference == 0;
}

bool guard::knows_token(const api::request& in) const {
    if (is_same_secret(in.control_token, settings_.token)) return true;
    // What scrapes metrics can often send nothing else.
    return in.path() == "/metrics" &&
           is_same_secret(api::bearer_token(in.authorization), settings_.token);
}

std::optional<guard_refusal> guard::refuses(const api::request& in) const {
    const auto name = host_name(in.host);
    const bool is_ours =
        (is_of_this_machine(name) && (!name.starts_with("127.") || is_address(name))) ||
        name == lower(settings_.host);
    if (settings_.only_loopback_hosts && !in.host.empty() && !is_ours) {
        return guard_refusal{403, "foreign_host",
                             "the Host header says \"" + in.host +
                                 "\", and this emulator listens on this machine alone: call it "
                                 "127.0.0.1 or localhost, or start it with --host"};
    }
    const auto page = lower(authority_of(in.origin));
    if (!in.origin.empty() && (page.empty() || page != lower(in.host))) {
        return guard_refusal{
            403, "foreign_origin",
            "a web page of \"" + in.origin +
                "\" may not make control calls: only pages of the emulator itself may"};
    }
    if (!settings_.token.empty() && !knows_token(in)) {
        return guard_refusal{
            401, "control_token_needed",
            in.control_token.empty()
                ? "this emulator was started with --control-token: send it as X-Mock-Token"
                : "X-Mock-Token is not the token of --control-token"};
    }
    return std::nullopt;
}

}  // namespace nexo_mock::control
