#include <nexo_mock/codec/scenario_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/webhook_message.hpp>
#include <nexo_mock/control/views.hpp>
#include <nexo_mock/domain/saved_scenario.hpp>
#include <nexo_mock/version.hpp>

#include <algorithm>
#include <map>

namespace nexo_mock::control {

namespace {

using codec::format_millis;
using codec::json_writer;

std::string_view name(domain::settlement state) {
    switch (state) {
        case domain::settlement::held: return "held";
        case domain::settlement::charged: return "charged";
        case domain::settlement::refunded: return "refunded";
    }
    return {};
}

std::string_view name(domain::event_state state) {
    switch (state) {
        case domain::event_state::waiting: return "waiting";
        case domain::event_state::acknowledged: return "acknowledged";
        case domain::event_state::given_up: return "given_up";
    }
    return {};
}

std::string_view name(domain::attempt_kind kind) {
    switch (kind) {
        case domain::attempt_kind::scheduled: return "scheduled";
        case domain::attempt_kind::redelivery: return "redelivery";
        case domain::attempt_kind::ping: return "ping";
    }
    return {};
}

void write_status(json_writer& json, int status) {
    json.key("status");
    if (status == 0) {
        json.null();
    } else {
        json.value(status);
    }
}

void write_attempt(json_writer& json, const domain::attempt_record& attempt) {
    json.begin_object().member("number", attempt.number).key("seq");
    attempt.ended ? json.value(attempt.seq) : json.null();
    json.member("due_at", format_millis(attempt.due));
    json.member_or_null("ended_at", attempt.ended ? format_millis(*attempt.ended) : std::string{});
    write_status(json, attempt.outcome.status);
    json.member_or_null("error", attempt.outcome.error);
    json.member_or_null("reply", attempt.outcome.reply);
    json.member("took_us", attempt.outcome.took.count()).end_object();
}

void write_webhook(json_writer& json, const domain::event_record& record) {
    const auto& secret = record.target->secret;
    const auto message =
        codec::compose_webhook(record.event, codec::webhook_signer{secret}, secret);
    json.begin_object()
        .member("type", message.type)
        .member("url", record.target->url)
        .member("state", name(record.state))
        .member("body", message.body)
        .member_or_null("signature", message.signature.value_or(""));
    json.key("attempts").begin_array();
    for (const auto& attempt : record.attempts)
        write_attempt(json, attempt);
    json.end_array().end_object();
}

using timeline = std::multimap<domain::time_point, std::string>;

void add_status(timeline& all, domain::time_point at, const domain::delivery_outcome& outcome) {
    json_writer json{all.emplace(at, std::string{})->second};
    json.begin_object()
        .member("at", format_millis(at))
        .member("type", "status")
        .member("status", domain::name(outcome.status));
    if (is_terminal(outcome.status)) {
        json.member_or_null("error_code", outcome.error_code)
            .member_or_null("carrier_status", outcome.carrier_status);
    }
    json.end_object();
}

void add_attempt(timeline& all, const domain::attempt_record& attempt) {
    json_writer json{all.emplace(*attempt.ended, std::string{})->second};
    json.begin_object()
        .member("at", format_millis(*attempt.ended))
        .member("type", "webhook")
        .member("seq", attempt.seq);
    write_status(json, attempt.outcome.status);
    json.member_or_null("error", attempt.outcome.error)
        .member("acknowledged", attempt.outcome.acknowledged())
        .end_object();
}

/// All that happened to a delivery, oldest first.
void write_timeline(json_writer& json, const domain::world& world, const domain::delivery_view& of,
                    std::uint64_t ordinal) {
    timeline all;
    add_status(all, of.created, {});
    for (const auto& each : world.history_of(ordinal))
        add_status(all, each.at, each.outcome);
    if (const auto* events = world.webhooks_of(ordinal)) {
        for (const auto& event : *events) {
            for (const auto& attempt : event.attempts) {
                if (attempt.ended) add_attempt(all, attempt);
            }
        }
    }
    json.key("timeline").begin_array();
    for (const auto& [at, text] : all)
        json.raw(text);
    json.end_array();
}

void write_buckets(json_writer& json, std::string_view key, const domain::bucket_amounts& amounts) {
    json.key(key).begin_object();
    for (const auto which : domain::all_buckets)
        json.member(domain::name(which), amounts[which]);
    json.end_object();
}

void write_counts(json_writer& json, const domain::world_counts& deliveries,
                  const domain::webhook_totals& webhooks) {
    json.key("deliveries")
        .begin_object()
        .member("accepted", deliveries.accepted)
        .member("refused", deliveries.refused)
        .member("lost", deliveries.lost)
        .member("pending", deliveries.pending())
        .member("delivered", deliveries.delivered)
        .member("failed", deliveries.failed)
        .member("evicted", deliveries.evicted)
        .end_object();
    json.key("webhooks")
        .begin_object()
        .member("waiting", webhooks.waiting())
        .member("acknowledged", webhooks.acknowledged)
        .member("given_up", webhooks.given_up)
        .member("attempts", webhooks.attempts)
        .end_object();
}

void write_request(json_writer& json, const codec::webhook_message& message) {
    json.key("request").begin_object().key("headers").begin_object();
    codec::each_webhook_header(
        message, [&](std::string_view name, std::string_view value) { json.member(name, value); });
    json.end_object().member("body", message.body).end_object();
}

}  // namespace

void write_delivery(json_writer& json, const domain::world& world, std::uint64_t ordinal) {
    const auto view = world.view(ordinal);
    if (!view) return;
    const bool ended = is_terminal(view->outcome.status);
    json.begin_object()
        .member("id", view->id.text())
        .member("seq", view->seq)
        .member("account", domain::masked_key(world.account().key))
        .member("phone", view->phone.text())
        .member("code", view->code.text())
        .member("code_read", view->code_read)
        .member("carrier", domain::name(view->carrier))
        .member("status", domain::name(view->outcome.status))
        .member_or_null("error_code", view->outcome.error_code)
        .member_or_null("carrier_status", view->outcome.carrier_status)
        .member("cost", view->cost)
        .member("created_at", format_millis(view->created))
        .member_or_null("completed_at", ended ? format_millis(view->completed) : std::string{})
        .member_or_null("rule", view->rule)
        .member("settlement", name(view->money_state));
    write_buckets(json, "drawn", view->drawn);
    write_timeline(json, world, *view, ordinal);
    json.key("webhooks").begin_array();
    if (const auto* events = world.webhooks_of(ordinal)) {
        for (const auto& each : *events)
            write_webhook(json, each);
    }
    json.end_array().end_object();
}

void write_clock(json_writer& json, const clock_view& clock) {
    json.begin_object()
        .member("ok", true)
        .member("mode", codec::format_clock(clock.setting))
        .member("now", format_millis(clock.now))
        .member_or_null("next_due", clock.next_due ? format_millis(*clock.next_due) : std::string{})
        .end_object();
}

void write_advance(json_writer& json, const advance_report& report) {
    json.begin_object().member("ok", true).member("now", format_millis(report.now));
    json.member("fired_total", report.total).key("fired").begin_array();
    for (const auto& each : report.fired) {
        json.begin_object()
            .member("at", format_millis(each.at))
            .member("type", each.status ? "delivery" : "webhook")
            .member("delivery", each.delivery->text());
        if (each.status) {
            json.member("status", domain::name(*each.status));
        } else {
            json.member("attempt", each.attempt);
            write_status(json, each.outcome.status);
            json.member("acknowledged", each.outcome.acknowledged());
            json.member_or_null("error", each.outcome.error);
        }
        json.end_object();
    }
    json.end_array().end_object();
}

void write_health(json_writer& json, const health_view& health) {
    json.begin_object()
        .member("status", "ok")
        .member("version", version)
        .member("uptime_s", health.uptime.count())
        .member("scenario", health.scenario)
        .member("clock", health.clock)
        .member("seed", health.seed)
        .member("accounts", health.accounts);
    write_counts(json, health.deliveries, health.webhooks);
    json.end_object();
}

std::string_view outcome_name(const domain::attempt_outcome& outcome) {
    return outcome.acknowledged() ? "acknowledged" : "failed";
}

void write_sent_attempt(json_writer& json, const domain::sent_attempt& attempt,
                        std::string_view key, attempt_part part) {
    const auto& secret = attempt.target->secret;
    const auto message =
        codec::compose_webhook(attempt.event, codec::webhook_signer{secret}, secret);
    json.begin_object()
        .member("seq", attempt.seq)
        .member("kind", name(attempt.kind))
        .member("account", domain::masked_key(key))
        .member("delivery", codec::webhook_id(attempt.event))
        .member("number", attempt.of.number)
        .member("type", message.type)
        .member("url", attempt.target->url)
        .member("due_at", format_millis(attempt.due))
        .member("ended_at", format_millis(attempt.ended));
    if (part == attempt_part::whole) write_request(json, message);
    json.member("outcome", outcome_name(attempt.outcome));
    write_status(json, attempt.outcome.status);
    json.member_or_null("error", attempt.outcome.error)
        .member_or_null("reply", attempt.outcome.reply)
        .member("took_us", attempt.outcome.took.count())
        .end_object();
}

void write_call(json_writer& json, const domain::call_record& call, const domain::world* world,
                call_part part) {
    const bool names_delivery = world != nullptr && call.delivery.has_value();
    json.begin_object()
        .member("seq", call.seq)
        .member("at", format_millis(call.at))
        .member_or_null("account",
                        world == nullptr ? std::string{} : domain::masked_key(world->account().key))
        .member("method", call.method)
        .member("path", call.path)
        .member_or_null("endpoint", call.call ? domain::name(*call.call) : std::string_view{});
    write_status(json, call.status);
    json.member_or_null("error", call.error)
        .member_or_null("why", call.why)
        .member_or_null("rule", call.rule)
        .member_or_null("delivery",
                        names_delivery ? world->id_of(*call.delivery).text() : std::string{})
        .member_or_null("fault", call.fault ? domain::name(*call.fault) : std::string_view{})
        .member_or_null("latency", call.latency == domain::duration{}
                                       ? std::string{}
                                       : codec::format_duration(call.latency));
    if (part == call_part::whole) {
        json.member_or_null("body", call.body).member_or_null("reply", call.reply);
    }
    json.end_object();
}

bool write_delivery_event(json_writer& json, const domain::world& world, std::uint64_t ordinal,
                          const domain::past_change& change) {
    const auto* of = world.deliveries().find(ordinal);
    if (of == nullptr) return false;
    json.begin_object()
        .member("account", domain::masked_key(world.account().key))
        .member("delivery", world.id_of(ordinal).text())
        .member("seq", of->seq)
        .member("phone", of->phone.text())
        .member("code", of->code.text())
        .member("status", domain::name(change.outcome.status))
        .member_or_null("error_code", change.outcome.error_code)
        .member_or_null("carrier_status", change.outcome.carrier_status)
        .member("at", format_millis(change.at))
        .end_object();
    return true;
}

void write_account(json_writer& json, const visited_account& account) {
    const auto& world = account.world;
    const auto& settings = world.account();
    json.begin_object()
        .member("account", domain::masked_key(settings.key))
        .member("seq", account.number + 1)
        .member("began_at", format_millis(world.began()));
    json.key("clock")
        .begin_object()
        .member("mode", codec::format_clock(account.clock))
        .member("now", format_millis(account.now))
        .end_object();
    json.member("scenario", world.scenario().name)
        .member("state", world.state(account.now))
        .member("balance", world.wallet().total());
    write_buckets(json, "buckets", world.wallet().amounts());
    json.key("webhook");
    if (settings.target) {
        json.begin_object().member("url", settings.target->url).end_object();
    } else {
        json.null();
    }
    json.key("ip_allowlist").begin_array();
    for (const auto& each : settings.ip_allowlist)
        json.value(codec::format_ip_range(each));
    json.end_array().member("revoked", settings.revoked);
    write_counts(json, world.counts(), world.webhook_counts());
    json.member("requests", world.calls().size() + world.calls().evicted()).end_object();
}

void write_scenario_of(json_writer& json, const domain::world& world, std::uint64_t ordinal) {
    const auto saved = domain::scenario_of(world, ordinal);
    if (saved) codec::write_scenario(json, *saved, codec::secrets::shown);
}

}  // namespace nexo_mock::control
