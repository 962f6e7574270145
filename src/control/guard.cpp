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

bool is_made_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

/// A dotted name may begin with 127. and still be somebody's: 127.0.0.1.example.org.
bool is_loopback_address(std::string_view name) {
    return name == "::1" || (name.starts_with("127.") && is_made_of(name, "0123456789."));
}

/// Names that no resolver lets point elsewhere, or that the vendor's clients have to use.
bool is_of_this_machine(std::string_view name) {
    return name == "localhost" || name.ends_with(".localhost") || name == "nexoroute.dev" ||
           is_loopback_address(name);
}

}  // namespace

std::string host_name(std::string_view authority) {
    const bool has_brackets = authority.starts_with('[');
    const auto end = authority.find(has_brackets ? ']' : ':');
    const bool has_end = end != std::string_view::npos;
    if (has_brackets && !has_end) return {};
    const auto rest = has_end ? authority.substr(end + (has_brackets ? 1 : 0)) : std::string_view{};
    const bool is_port = rest.starts_with(':') && is_made_of(rest.substr(1), "0123456789");
    if (!rest.empty() && !is_port) return {};
    const auto begin = std::size_t{has_brackets ? 1U : 0U};
    return lower(authority.substr(begin, has_end ? end - begin : end));
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

bool guard::is_ours(std::string_view host) const {
    if (!settings_.only_loopback_hosts) return true;
    const auto name = host_name(host);
    return is_of_this_machine(name) || (!name.empty() && name == lower(settings_.host));
}

bool guard::is_of_our_pages(const api::request& in) const {
    const auto page = lower(in.origin);
    const auto self = lower(in.host);
    if (page == (in.is_tls ? "https://" : "http://") + self) return true;
    // What everybody reaches may have a proxy in front that speaks TLS.
    return !settings_.only_loopback_hosts && page == "https://" + self;
}

std::optional<guard_refusal> guard::refuses_place(const api::request& in) const {
    if (!is_ours(in.host)) {
        return guard_refusal{403, "foreign_host",
                             "the Host header says \"" + in.host +
                                 "\", and this emulator listens on this machine alone: call it "
                                 "127.0.0.1 or localhost, or start it with --host"};
    }
    if (!in.origin.empty() && !is_of_our_pages(in)) {
        return guard_refusal{
            403, "foreign_origin",
            "a web page of \"" + in.origin +
                "\" may not make control calls: only pages of the emulator itself may"};
    }
    return std::nullopt;
}

std::optional<guard_refusal> guard::refuses(const api::request& in) const {
    if (auto refused = refuses_place(in)) return refused;
    // It would go on for ever: a call that sends a webhook, which is such a call.
    if (in.is_webhook) {
        return guard_refusal{
            403, "webhook_loop",
            "a webhook is no control call, and its URL leads to the control API of "
            "an emulator: give the account the URL of an application"};
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
