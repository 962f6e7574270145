#include <nexo_mock/control/control_api.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/page.hpp>
#include <nexo_mock/domain/api_key.hpp>

#include <array>
#include <vector>

namespace nexo_mock::control {

namespace {

using api::method;

/// What the Authorization header means to a call.
enum class scoping : std::uint8_t {
    none,  ///< nothing: the call is about the emulator
    any,   ///< narrows the call to that account
    one,   ///< the call needs it
};

struct route {
    method verb;
    std::string_view path;  ///< a part in braces stands for one of the caller's
    scoping which;
    handler handle;
};

constexpr auto routes = std::to_array<route>({
    {method::get, "/_mock/health", scoping::none, health},
    {method::get, "/_mock/otp/{phone}", scoping::any, otp},
    {method::get, "/_mock/deliveries", scoping::any, deliveries},
    {method::get, "/_mock/deliveries/{id}", scoping::any, delivery},
    {method::post, "/_mock/deliveries/{id}/complete", scoping::any, complete},
    {method::get, "/_mock/deliveries/{id}/scenario", scoping::any, delivery_scenario},
    {method::get, "/_mock/webhooks", scoping::any, webhooks},
    {method::post, "/_mock/webhooks/{attempt}/redeliver", scoping::any, redeliver},
    {method::post, "/_mock/webhooks/ping", scoping::one, ping},
    {method::get, "/_mock/requests", scoping::any, requests},
    {method::get, "/_mock/accounts", scoping::any, accounts},
    {method::get, "/_mock/account", scoping::one, show_account},
    {method::patch, "/_mock/account", scoping::one, change_account},
    {method::get, "/_mock/scenario", scoping::any, show_scenario},
    {method::put, "/_mock/scenario", scoping::any, replace_scenario},
    {method::delete_, "/_mock/scenario", scoping::any, restore_scenario},
    {method::post, "/_mock/rules", scoping::any, put_rule},
    {method::get, "/_mock/explain", scoping::any, explain},
    {method::get, "/_mock/clock", scoping::any, show_clock},
    {method::put, "/_mock/clock", scoping::any, change_clock},
    {method::post, "/_mock/clock/advance", scoping::any, advance},
    {method::post, "/_mock/reset", scoping::any, reset},
    {method::get, "/_mock/state", scoping::none, show_state},
    {method::put, "/_mock/state", scoping::none, replace_state},
    {method::get, "/_mock/events", scoping::any, events},
    {method::get, "/_mock/verify", scoping::any, verify},
    {method::get, "/_mock/openapi.json", scoping::none, openapi},
    {method::get, "/_mock/scenario.schema.json", scoping::none, scenario_schema},
    {method::get, "/metrics", scoping::none, metrics},
});

/// The part of the path that stands for the pattern's braces, empty if there are none; none if
/// the path does not fit.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) {
        return path == pattern ? std::optional{std::string_view{}} : std::nullopt;
    }
    const auto rest = pattern.substr(pattern.find('}') + 1);
    const bool fits = path.size() > open + rest.size() &&
                      path.starts_with(pattern.substr(0, open)) && path.ends_with(rest);
    if (!fits) return std::nullopt;
    const auto part = path.substr(open, path.size() - open - rest.size());
    return part.find('/') == std::string_view::npos ? std::optional{part} : std::nullopt;
}

/// Of documents that are told as they are: those that never change have made-up keys, and a state
/// is for being read back.
bool is_told_as_it_is(const api::request& in) {
    const auto path = in.path();
    return (in.verb == method::get || in.verb == method::head) &&
           (path == "/_mock/openapi.json" || path == "/_mock/scenario.schema.json" ||
            path == "/_mock/state");
}

void keep_out_of_caches(api::response& out) {
    out.headers.emplace_back("Cache-Control", "no-store");
}

void refuse_path(api::response& out) {
    std::string calls;
    for (const auto& each : routes) {
        calls += calls.empty() ? "no such call; there are " : ", ";
        calls += std::string{api::name(each.verb)} + ' ' + std::string{each.path};
    }
    fail(out, 404, "not_found", calls);
}

void refuse_method(api::response& out, const std::string& allowed) {
    fail(out, 405, "method_not_allowed", "this call takes " + allowed);
    out.headers.emplace_back("Allow", allowed);
}

/// The keys of the accounts that replies show by that name.
std::vector<std::string> keys_shown_as(host& of_all, std::string_view masked) {
    std::vector<std::string> keys;
    of_all.visit(scope::all(), [&](const visited_account& account) {
        const auto& key = account.world.account().key;
        if (domain::masked_key(key) == masked) keys.push_back(key);
    });
    return keys;
}

/// The scope of the account that a reply called by its masked key: it is there already. Whoever may
/// mean all accounts may mean this one without knowing its key.
std::optional<scope> scope_of_shown(host& of_all, const std::string& masked, const api::request& in,
                                    api::response& out) {
    if (!in.authorization.empty()) {
        fail(out, 400, "invalid_query",
             "\"account\" and the Authorization header both name an account: send one of them");
        return std::nullopt;
    }
    const auto keys = keys_shown_as(of_all, masked);
    if (keys.size() == 1) return scope::of(keys.front());
    fail(out, 400, "invalid_query",
         keys.empty() ? "\"account\" is a masked key as replies show them, and no account has \"" +
                            masked + "\": GET /_mock/accounts lists those there are"
                      : "two accounts are shown as \"" + masked +
                            "\": send the key of the one that is meant as \"Authorization: Bearer "
                            "sk_live_…\"");
    return std::nullopt;
}

/// The scope that the header or the query asks for, opened; none, and the call is refused, if it
/// can't be.
std::optional<scope> scope_of(host& of_all, scoping which, const api::request& in,
                              api::response& out) {
    if (which == scoping::none) return scope::all();
    const auto shown_as = api::query_value(in.query(), "account");
    if (!shown_as.empty()) return scope_of_shown(of_all, shown_as, in, out);
    if (in.authorization.empty()) {
        if (which == scoping::any) return scope::all();
        fail(out, 400, "account_needed",
             "this call is about one account: send its key as \"Authorization: Bearer sk_live_…\"");
        return std::nullopt;
    }
    auto asked = scope::of(api::bearer_token(in.authorization));
    switch (of_all.open(asked)) {
        case api::admission::granted: return asked;
        case api::admission::too_many_accounts:
            fail(out, 503, "too_many_accounts", "the emulator holds as many accounts as it may");
            break;
        case api::admission::unknown_key:
            fail(out, 401, "unauthorized",
                 "the Authorization header names no account: it takes \"Bearer sk_live_…\" (one "
                 "that the scenario lists, if its api.keys is \"listed\"), or leave it out to mean "
                 "all accounts");
            break;
    }
    return std::nullopt;
}

}  // namespace

bool control_api::takes(const api::request& in) {
    const auto path = in.path();
    return path.starts_with("/_mock/") || path == "/metrics" || is_for_page(in);
}

// Whatever a call tells may be somebody's words, and hold a key.
void control_api::handle(const api::request& in, api::response& out, api::defer later) {
    if (is_for_page(in)) return show_page(in, out);
    bool is_deferred = false;
    const auto masked_later = [&](std::function<void()> abandoned) -> api::late_reply {
        is_deferred = true;
        return [reply = later(std::move(abandoned))](api::response late) {
            domain::mask_keys(late.body);
            keep_out_of_caches(late);
            reply(std::move(late));
        };
    };
    keep_out_of_caches(out);
    answer(in, out, masked_later);
    if (!is_deferred && !is_told_as_it_is(in)) domain::mask_keys(out.body);
}

// The way from / to the page tells nothing, and the vendor's API, whose path it is, has no guard.
void control_api::show_page(const api::request& in, api::response& out) {
    const auto refused = in.path() == "/" ? std::nullopt : guard_.refuses_place(in);
    if (!refused) return answer_page(in, out);
    keep_out_of_caches(out);
    fail(out, refused->status, refused->error, refused->detail);
}

void control_api::answer(const api::request& in, api::response& out, api::defer later) {
    if (const auto refused = guard_.refuses(in)) {
        return fail(out, refused->status, refused->error, refused->detail);
    }
    const auto path = in.path();
    std::string allowed;
    for (const auto& each : routes) {
        const auto part = match(each.path, path);
        if (!part) continue;
        if (in.verb == each.verb || (in.verb == method::head && each.verb == method::get)) {
            const auto which = scope_of(host_, each.which, in, out);
            if (which) each.handle(host_, {in, out, later, *which, *part});
            return;
        }
        if (!allowed.empty()) allowed += ", ";
        allowed += each.verb == method::get ? "GET, HEAD" : api::name(each.verb);
    }
    if (allowed.empty()) {
        refuse_path(out);
    } else {
        refuse_method(out, allowed);
    }
}

}  // namespace nexo_mock::control
