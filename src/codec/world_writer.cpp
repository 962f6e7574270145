#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/codec/step_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/world_writer.hpp>

namespace nexo_mock::codec {

namespace {

using domain::world_snapshot;

template <class Items, class Write>
void write_list(json_writer& out, std::string_view name, const Items& items, Write write) {
    if (items.empty()) return;
    out.key(name).begin_array();
    for (const auto& each : items)
        write(each);
    out.end_array();
}

// --- an account

void write_progress(json_writer& out, const domain::rule_progress& of, domain::time_point began) {
    if (of.state != domain::scenario_state{}) {
        out.key("state").begin_object().member("lasting", of.state.lasting());
        if (const auto& passing = of.state.passing()) {
            out.member("passing", passing->name);
            write_time(out, "until", domain::after(began, passing->until));
        }
        out.end_object();
    }
    std::vector<std::size_t> counted;
    for (std::size_t i = 0; i < of.rules.size(); ++i) {
        if (of.rules[i] != domain::rule_count{}) counted.push_back(i);
    }
    write_list(out, "rules", counted, [&](std::size_t each) {
        out.begin_object().member("rule", each);
        write_count(out, "decided", of.rules[each].decided);
        write_count(out, "fitted", of.rules[each].fitted);
        out.end_object();
    });
    write_list(out, "phones", of.phones, [&](const domain::phone_count& each) {
        out.begin_object().member("rule", each.rule_index).member("national", each.national);
        write_count(out, "fitted", each.fitted);
        write_count(out, "used", each.used);
        out.end_object();
    });
}

void write_wallet(json_writer& out, const domain::wallet& of) {
    out.key("wallet").begin_object();
    for (const auto each : domain::all_buckets)
        out.member(name(each), of.amounts()[each]);
    out.member("held", of.held()).member("charged", of.charged());
    out.member("deposited", of.deposited()).end_object();
}

void write_counts(json_writer& out, const world_snapshot& of) {
    const auto& calls = of.calls;
    out.key("calls").begin_object();
    for (const auto each : all_endpoints)
        write_count(out, name(each), calls[static_cast<std::size_t>(each)]);
    out.end_object();

    const auto& counts = of.counts;
    out.key("counts").begin_object().member("accepted", counts.accepted);
    write_count(out, "refused", counts.refused);
    write_count(out, "lost", counts.lost);
    write_count(out, "delivered", counts.delivered);
    write_count(out, "failed", counts.failed);
    write_count(out, "evicted", counts.evicted);
    out.end_object();

    const auto& webhooks = of.webhooks;
    out.key("webhook_counts").begin_object().member("events", webhooks.events);
    write_count(out, "acknowledged", webhooks.acknowledged);
    write_count(out, "given_up", webhooks.given_up);
    write_count(out, "attempts", webhooks.attempts);
    out.end_object();
}

void write_changes(json_writer& out, const domain::changes_snapshot& of) {
    if (of == domain::changes_snapshot{}) return;
    out.key("changed").begin_object();
    if (of.target) {
        out.key("webhook");
        *of.target ? write_target(out, **of.target) : void(out.null());
    }
    if (of.ip_allowlist) {
        out.key("ip_allowlist").begin_array();
        for (const auto& each : *of.ip_allowlist)
            out.value(format_ip_range(each));
        out.end_array();
    }
    if (of.revoked) out.member("revoked", *of.revoked);
    out.end_object();
}

// --- deliveries

void write_cause(json_writer& out, const domain::cause_snapshot& of) {
    out.begin_object().member("rule", of.rule);
    if (of.webhook) write_webhook_manner(out.key("webhook"), *of.webhook);
    out.end_object();
}

template <class Changes>
void write_changes(json_writer& out, std::string_view name, const Changes& of) {
    write_list(out, name, of, [&](const auto& each) {
        out.begin_object();
        write_time(out, "at", each.at);
        write_outcome(out, each.outcome);
        out.end_object();
    });
}

/// The first one is due once the event may be told, unless it says otherwise.
void write_attempt(json_writer& out, const domain::attempt_record& of,
                   const domain::event_snapshot& in) {
    out.begin_object();
    if (of.number != 1 || of.due != in.not_before) write_time(out, "due", of.due);
    if (of.ended) write_time(out, "ended", *of.ended);
    write_count(out, "seq", of.seq);
    write_answer(out, of.outcome);
    out.end_object();
}

void write_webhook(json_writer& out, const domain::event_snapshot& of,
                   const domain::delivery_snapshot& in) {
    out.begin_object();
    write_count(out, "tells", of.tells);
    write_count(out, "target", of.target);
    if (of.not_before != in.history[of.tells].at) write_time(out, "not_before", of.not_before);
    out.member("state", word_of(of.state, event_states));
    write_list(out, "attempts", of.attempts,
               [&](const domain::attempt_record& each) { write_attempt(out, each, of); });
    out.end_object();
}

void write_delivery(json_writer& out, const domain::delivery_snapshot& of) {
    out.on_new_line().begin_object();
    out.member("ordinal", of.ordinal).member("seq", of.seq);
    out.member("phone", of.phone.text()).member("code", of.code.text());
    write_carrier(out, of.carrier, of.phone);
    write_time(out, "created", of.created);
    write_amounts(out, "drawn", of.drawn);
    if (of.cause) out.member("cause", *of.cause);
    if (!of.refund_if_failed) out.member("refund_if_failed", false);
    if (of.code_read) out.member("code_read", true);
    write_changes(out, "history", of.history);
    write_changes(out, "coming", of.coming);
    write_list(out, "webhooks", of.webhooks,
               [&](const domain::event_snapshot& each) { write_webhook(out, each, of); });
    out.end_object();
}

// --- the journal

void write_told(json_writer& out, const domain::told_snapshot& of) {
    out.key("told").begin_object().member("phone", of.phone.text());
    write_carrier(out, of.carrier, of.phone);
    write_outcome(out, of.outcome);
    out.member("cost", of.cost);
    write_time(out, "created", of.created);
    write_time(out, "completed", of.completed);
    if (of.signature != domain::signature_kind::valid) out.member("signature", name(of.signature));
    out.end_object();
}

/// Of an attempt that its delivery tells of, too, only which one it is.
void write_sent(json_writer& out, const domain::sent_snapshot& of, const world_snapshot& in) {
    out.on_new_line().begin_object().member("delivery", of.of.delivery);
    write_count(out, "event", of.of.event);
    if (of.of.number != 1) out.member("number", of.of.number);
    if (sent_as_told(in, of.of) != of) {
        out.member("seq", of.seq);
        if (of.kind != domain::attempt_kind::scheduled)
            out.member("kind", word_of(of.kind, attempt_kinds));
        write_told(out, of.told);
        write_count(out, "target", of.target);
        write_time(out, "due", of.due);
        write_time(out, "ended", of.ended);
        write_answer(out, of.outcome);
    }
    out.end_object();
}

}  // namespace

void write_world(json_writer& out, const world_snapshot& of) {
    out.begin_object();
    write_time(out, "began", of.began);
    write_progress(out, of.progress, of.began);
    write_wallet(out, of.wallet);
    write_counts(out, of);
    write_changes(out, of.changes);
    write_list(out, "targets", of.targets, [&](const auto& each) { write_target(out, each); });
    write_list(out, "causes", of.causes, [&](const auto& each) { write_cause(out, each); });
    write_list(out, "deliveries", of.deliveries,
               [&](const auto& each) { write_delivery(out, each); });
    write_list(out, "retired", of.retired, [&](std::uint64_t each) { out.value(each); });
    write_list(out, "attempts", of.attempts, [&](const auto& each) { write_sent(out, each, of); });
    write_count(out, "attempts_evicted", of.attempts_evicted);
    write_count(out, "calls_evicted", of.calls_evicted);
    out.end_object();
}

}  // namespace nexo_mock::codec
