#include <nexo_mock/api/vendor_api.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>
#include <optional>

namespace nexo_mock::api {

namespace {

using domain::api_error;

constexpr std::string_view send_otp_path = "/api/v1/send-otp";
constexpr std::string_view balance_path = "/api/v1/balance";
constexpr std::string_view deliveries_path = "/api/v1/deliveries/";

bool reads(method verb) {
    return verb == method::get || verb == method::head;
}

/// Why a client at that address may not use the account; none if it may.
std::optional<api_error> refuses_entry(const domain::account_settings& account,
                                       const domain::ip_address& peer) {
    const auto holds = [&](const domain::ip_range& range) { return range.contains(peer); };
    if (account.revoked) return api_error::unauthorized;
    if (account.ip_allowlist.empty() || std::ranges::any_of(account.ip_allowlist, holds)) {
        return std::nullopt;
    }
    return api_error::ip_not_allowed;
}

/// The status a refusal has under a scenario's settings.
int status_of(const domain::refusal& refused, const domain::api_settings& settings) {
    if (refused.is_lost()) return 0;
    if (refused.scripted != nullptr && refused.scripted->status) return *refused.scripted->status;
    const auto code = refused.scripted != nullptr ? std::string_view{refused.scripted->error}
                                                  : name(refused.error);
    const auto own = settings.status.find(code);
    return own != settings.status.end() ? own->second : default_status(refused.error);
}

/// What a refusal means, in more words than the vendor has for it.
std::string explain(api_error error) {
    switch (error) {
        case api_error::unauthorized:
            return "Authorization takes \"Bearer sk_live_\u2026\", a key that is not revoked and, "
                   "if "
                   "api.keys is \"listed\", is listed";
        case api_error::ip_not_allowed: return "the client is outside the account's ip_allowlist";
        case api_error::not_found: return "no such path, or no such delivery in this account";
        case api_error::method_not_allowed: return "the path takes another method";
        case api_error::invalid_json: return "the body is not one JSON object";
        case api_error::payload_too_large: return "the body is above 64 KiB";
        case api_error::invalid_phone:
            return "\"phone\" is not a string like +84981234567, a Vietnamese mobile number";
        case api_error::invalid_code: return "\"code\" is not a string of 4 to 8 digits";
        case api_error::no_route: return "the scenario's api.no_route names this carrier";
        case api_error::insufficient_balance: return "the wallet holds less than the price";
        case api_error::rate_limited: return "too many calls";
        case api_error::internal_error: return "the emulator failed";
        case api_error::service_unavailable: return "the emulator holds as much as it may";
    }
    return {};
}

/// What becomes of the reply, in words to go behind others.
std::string manner_words(const domain::reply_manner& manner) {
    std::string note;
    if (manner.latency > domain::duration{}) {
        note += ", latency " + codec::format_duration(manner.latency);
    }
    if (manner.fault) note += ", fault " + std::string{name(manner.fault->kind)};
    if (manner.after_webhook) note += ", webhook before the reply";
    return note;
}

std::string note_of(std::string_view rule, const domain::reply_manner& manner) {
    return "rule \"" + std::string{rule} + '"' + manner_words(manner);
}

void render(const domain::refusal& refused, response& out) {
    out.manner = refused.manner;
    out.by_rule = refused.by != nullptr;
    if (refused.by != nullptr) out.rule = refused.by->name;
    out.note = refused.by != nullptr ? note_of(refused.by->name, refused.manner)
                                     : explain(refused.error) + manner_words(refused.manner);
    if (refused.is_lost()) return;
    out.error = refused.scripted != nullptr ? refused.scripted->error : name(refused.error);
    if (out.status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (refused.scripted == nullptr) {
        codec::append_error(out.body, out.error);
        return;
    }
    for (const auto& header : refused.scripted->headers)
        out.headers.push_back(header);
    if (refused.scripted->body) {
        out.body = *refused.scripted->body;
    } else {
        codec::append_error(out.body, out.error);
    }
}

void refuse_method(std::string_view allowed, response& out) {
    vendor_api::refuse(api_error::method_not_allowed, out);
    out.headers.emplace_back("Allow", allowed);
}

}  // namespace

void vendor_api::refuse(api_error error, response& out) {
    out.status = default_status(error);
    render(domain::refusal::because(error), out);
}

void vendor_api::handle(const request& in, response& out) {
    const auto path = in.path();
    if (path == send_otp_path) {
        out.call = domain::endpoint::send_otp;
        return in.verb == method::post ? send_otp(in, out) : refuse_method("POST", out);
    }
    if (path == balance_path) {
        out.call = domain::endpoint::balance;
        return reads(in.verb) ? balance(in, out) : refuse_method("GET, HEAD", out);
    }
    const bool is_of_delivery = path.starts_with(deliveries_path);
    const auto id = is_of_delivery ? path.substr(deliveries_path.size()) : std::string_view{};
    if (!id.empty() && id.find('/') == std::string_view::npos) {
        out.call = domain::endpoint::deliveries;
        return reads(in.verb) ? delivery(in, id, out) : refuse_method("GET, HEAD", out);
    }
    refuse(api_error::not_found, out);
}

/// Calls `on_world` under the account's lock if key and address are good. What it answers is
/// rendered there, too, a refusal here and the rest by `tell`: the runtime remembers the call as it
/// is when the visit ends.
template <class Call, class Tell>
void vendor_api::call(const request& in, response& out, Call on_world, Tell tell) {
    using answer = std::invoke_result_t<Call, domain::world&, domain::time_point>;
    const auto use = [&](domain::world& world, domain::time_point now) {
        const auto refused = refuses_entry(world.account(), in.peer);
        const answer answered =
            refused ? answer{domain::refusal::because(*refused)} : on_world(world, now);
        if (!answered) {
            out.status = status_of(answered.error(), world.scenario().api);
            return render(answered.error(), out);
        }
        if (!answered->rule.empty()) {
            out.manner = answered->manner;
            out.rule = answered->rule;
            out.note = note_of(answered->rule, out.manner);
        }
        tell(*answered);
    };
    switch (accounts_.visit(bearer_token(in.authorization), use)) {
        case admission::granted: break;
        case admission::unknown_key: return refuse(api_error::unauthorized, out);
        case admission::too_many_accounts: return refuse(api_error::service_unavailable, out);
    }
}

void vendor_api::send_otp(const request& in, response& out) {
    const bool is_object = body_.read(in.body);
    const auto send = [&](domain::world& world,
                          domain::time_point now) -> domain::outcome_of<domain::send_accepted> {
        if (!is_object) return domain::refusal::because(api_error::invalid_json);
        return world.send_otp({body_.phone(), body_.code(), accounts_.next_seq()}, now);
    };
    call(in, out, send, [&](const domain::send_accepted& accepted) {
        out.status = 202;
        out.delivery = accepted.ordinal;
        codec::append_send_accepted(out.body, accepted);
    });
}

void vendor_api::delivery(const request& in, std::string_view id, response& out) {
    const auto look = [&](domain::world& world, domain::time_point now) {
        const auto known = world.find(id);
        if (known) out.delivery = known->ordinal;
        return world.delivery(known, now);
    };
    call(in, out, look,
         [&](const domain::delivery_report& found) { codec::append_delivery(out.body, found); });
}

void vendor_api::balance(const request& in, response& out) {
    const auto look = [](domain::world& world, domain::time_point now) {
        return world.balance(now);
    };
    call(in, out, look,
         [&](const domain::bucket_amounts& amounts) { codec::append_balance(out.body, amounts); });
}

}  // namespace nexo_mock::api
