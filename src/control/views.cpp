#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/webhook_message.hpp>
#include <nexo_mock/control/views.hpp>
#include <nexo_mock/version.hpp>

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

void write_status(json_writer& json, int status) {
    json.key("status");
    if (status == 0) {
        json.null();
    } else {
        json.value(status);
    }
}

void write_attempt(json_writer& json, const domain::attempt_record& attempt) {
    json.begin_object()
        .member("number", attempt.number)
        .member("due_at", format_millis(attempt.due));
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
        .member("carrier", domain::name(view->carrier))
        .member("status", domain::name(view->outcome.status))
        .member_or_null("error_code", view->outcome.error_code)
        .member_or_null("carrier_status", view->outcome.carrier_status)
        .member("cost", view->cost)
        .member("created_at", format_millis(view->created))
        .member_or_null("completed_at", ended ? format_millis(view->completed) : std::string{})
        .member_or_null("rule", view->rule)
        .member("settlement", name(view->money_state));
    json.key("drawn").begin_object();
    for (const auto which : domain::all_buckets)
        json.member(domain::name(which), view->drawn[which]);
    json.end_object().key("webhooks").begin_array();
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
    json.key("deliveries")
        .begin_object()
        .member("accepted", health.deliveries.accepted)
        .member("refused", health.deliveries.refused)
        .member("lost", health.deliveries.lost)
        .member("pending", health.deliveries.pending())
        .member("delivered", health.deliveries.delivered)
        .member("failed", health.deliveries.failed)
        .member("evicted", health.deliveries.evicted)
        .end_object();
    json.key("webhooks")
        .begin_object()
        .member("waiting", health.webhooks.waiting())
        .member("acknowledged", health.webhooks.acknowledged)
        .member("given_up", health.webhooks.given_up)
        .member("attempts", health.webhooks.attempts)
        .end_object();
    json.end_object();
}

}  // namespace nexo_mock::control
