#include <nexo_mock/codec/delivery_snapshot_reader.hpp>

#include <algorithm>
#include <limits>

namespace nexo_mock::codec {

namespace {

using domain::attempt_record;
using domain::delivery_snapshot;
using domain::event_snapshot;
using domain::event_state;
using domain::world_snapshot;

constexpr std::uint64_t most_numbers = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t most_coming = domain::delivery::most_events;

/// A number that grows from entry to entry and stays below `end`.
std::uint64_t require_growing(object_fields& fields, std::string_view name, std::uint64_t least,
                              std::uint64_t end) {
    const auto given = fields.require(name);
    if (!given) return least;
    if (least < end) return given->as_integer(least, end - 1).value_or(least);
    given->complain_expected("a number that grows from entry to entry and stays below " +
                             std::to_string(end) + ", the one that comes next");
    return least;
}

std::optional<domain::otp_code> require_code(object_fields& fields) {
    const auto given = fields.require("code");
    if (!given) return std::nullopt;
    const auto code =
        given->is(json_kind::string) ? domain::otp_code::parse(given->node().text) : std::nullopt;
    if (!code) given->complain_expected("a code of four to eight digits");
    return code;
}

/// What a delivery became, or will become. Of what came to pass, each is not before the last.
template <class Change>
std::vector<Change> read_changes(object_fields& fields, std::string_view name, time_span within,
                                 bool in_order) {
    std::vector<Change> read;
    const auto given = fields.get(name);
    if (!given) return read;
    for (const auto& each : given->as_items()) {
        object_fields change{each};
        const auto at = require_time(change, "at", within);
        if (in_order) within.from = at;
        read.push_back({at, read_outcome(change)});
        change.finish();
    }
    return read;
}

// --- webhooks

attempt_record read_attempt(const field& of, std::uint32_t number, const event_snapshot& in,
                            const world_bounds& within) {
    object_fields fields{of};
    attempt_record read;
    read.number = number;
    const time_span any_time{in.not_before, domain::latest};
    read.due =
        number == 1 ? read_time(fields, "due", any_time) : require_time(fields, "due", any_time);
    if (fields.get("ended")) {
        read.ended = read_time(fields, "ended", {domain::time_point{}, within.now});
        read.seq = read_count(fields, "seq", within.next_attempt_seq - 1);
        read.outcome = read_answer(fields);
    }
    fields.finish();
    return read;
}

/// An event's first attempt waits until the events before it are done; all its attempts but the
/// one that is to come have ended.
void check_attempts(const field& of, const event_snapshot& event, bool has_its_turn) {
    const bool waits = event.state == event_state::waiting;
    if (!waits && !has_its_turn) of.complain("a webhook before this one is waiting still");
    if (waits && !has_its_turn && !event.attempts.empty()) {
        of.complain("has attempts, though a webhook before it is waiting still");
    }
    const auto ended = std::ranges::count_if(
        event.attempts, [](const attempt_record& each) { return each.ended.has_value(); });
    const auto to_come = event.attempts.size() - static_cast<std::size_t>(ended);
    if (to_come != (waits && has_its_turn ? 1U : 0U)) {
        of.complain(waits && has_its_turn ? "waits, so one attempt, the last one, has not \"ended\""
                                          : "all its attempts have \"ended\"");
    } else if (to_come == 1 && event.attempts.back().ended) {
        of.complain("the attempt that has not \"ended\" is the last one");
    }
}

event_snapshot read_webhook(const field& of, const delivery_snapshot& in,
                            const world_snapshot& so_far, const world_bounds& within) {
    object_fields fields{of};
    event_snapshot read;
    read.tells = read_index(of, fields, "tells", in.history.size());
    read.target = read_index(of, fields, "target", so_far.targets.size());
    if (const auto state = fields.require("state")) {
        read.state = read_word<event_state>(*state, event_states).value_or(event_state::waiting);
    }
    if (of.anything_is_wrong()) return read;
    const auto& told = in.history[read.tells];
    if (!is_terminal(told.outcome.status)) {
        of.complain("\"tells\" of the status \"sent\", of which no webhook tells");
    }
    read.not_before = read_time(fields, "not_before", {told.at, domain::latest});
    if (const auto attempts = fields.get("attempts")) {
        for (const auto& each : attempts->as_items()) {
            const auto number = static_cast<std::uint32_t>(read.attempts.size() + 1);
            read.attempts.push_back(read_attempt(each, number, read, within));
        }
    }
    fields.finish();
    return read;
}

void read_webhooks(object_fields& fields, delivery_snapshot& into, const world_snapshot& so_far,
                   const world_bounds& within) {
    const auto given = fields.get("webhooks");
    if (!given) return;
    bool has_its_turn = true;
    for (const auto& each : given->as_items()) {
        auto read = read_webhook(each, into, so_far, within);
        if (each.anything_is_wrong()) return;
        if (!into.webhooks.empty() && read.tells < into.webhooks.back().tells) {
            each.complain("tells of a status before the one of the webhook before it");
        }
        check_attempts(each, read, has_its_turn);
        has_its_turn = has_its_turn && read.state != event_state::waiting;
        into.webhooks.push_back(std::move(read));
    }
}

// --- the journal

std::optional<domain::told_snapshot> read_told(const field& of) {
    object_fields fields{of};
    const auto phone = require_phone(fields, "phone");
    if (!phone) return std::nullopt;
    domain::told_snapshot read{.phone = *phone,
                               .carrier = read_carrier(fields, *phone),
                               .outcome = read_outcome(fields),
                               .cost = {},
                               .created = {},
                               .completed = {}};
    if (const auto cost = fields.require("cost")) {
        read.cost = read_money(*cost).value_or(domain::money{});
    }
    read.created = require_time(fields, "created", {});
    read.completed = require_time(fields, "completed", {});
    if (const auto signature = fields.get("signature")) {
        read.signature =
            read_named(*signature, domain::all_signature_kinds).value_or(read.signature);
    }
    fields.finish();
    return read;
}

domain::attempt_ref read_attempt_ref(object_fields& fields, const world_snapshot& so_far) {
    domain::attempt_ref read;
    if (const auto delivery = fields.require("delivery")) {
        const auto last = std::max<std::uint64_t>(so_far.counts.accepted, 1) - 1;
        read.delivery = delivery->as_integer(0, last).value_or(0);
    }
    read.event = static_cast<std::uint32_t>(read_count(fields, "event", most_numbers));
    if (const auto number = fields.get("number")) {
        read.number = static_cast<std::uint32_t>(number->as_integer(1, most_numbers).value_or(1));
    }
    return read;
}

std::uint64_t next_in_journal(const world_snapshot& so_far) {
    return so_far.attempts.empty() ? 1 : so_far.attempts.back().seq + 1;
}

/// One that its delivery tells of as well.
std::optional<domain::sent_snapshot> find_sent(const field& of, const domain::attempt_ref& which,
                                               const world_snapshot& so_far) {
    auto found = sent_as_told(so_far, which);
    if (!found) {
        of.complain("no delivery tells of this attempt, so \"told\" and \"seq\" have to");
    } else if (found->seq < next_in_journal(so_far)) {
        of.complain("has the \"seq\" " + std::to_string(found->seq) +
                    ", but the attempts go by growing \"seq\"");
    }
    return found;
}

}  // namespace

std::optional<delivery_snapshot> read_delivery(const field& of, const world_snapshot& so_far,
                                               const world_bounds& within) {
    object_fields fields{of};
    const auto* last = so_far.deliveries.empty() ? nullptr : &so_far.deliveries.back();
    const auto ordinal = require_growing(fields, "ordinal", last == nullptr ? 0 : last->ordinal + 1,
                                         so_far.counts.accepted);
    const auto seq = require_growing(fields, "seq", last == nullptr ? 0 : last->seq + 1,
                                     within.next_delivery_seq);
    const auto phone = require_phone(fields, "phone");
    const auto code = require_code(fields);
    if (!phone || !code) return std::nullopt;
    delivery_snapshot read{.ordinal = ordinal,
                           .seq = seq,
                           .phone = *phone,
                           .code = *code,
                           .carrier = read_carrier(fields, *phone),
                           .refund_if_failed = read_flag(fields, "refund_if_failed", true),
                           .code_read = read_flag(fields, "code_read", false),
                           .created = require_time(fields, "created", {so_far.began, within.now}),
                           .drawn = read_amounts(fields, "drawn"),
                           .cause = std::nullopt,
                           .history = {},
                           .coming = {},
                           .webhooks = {}};
    if (fields.get("cause")) read.cause = read_index(of, fields, "cause", so_far.causes.size());
    read.history =
        read_changes<domain::past_change>(fields, "history", {read.created, within.now}, true);
    read.coming = read_changes<domain::coming_change>(fields, "coming",
                                                      {read.created, domain::latest}, false);
    if (read.coming.size() > most_coming) {
        of.complain("expected at most " + std::to_string(most_coming) + " changes to come");
    }
    read_webhooks(fields, read, so_far, within);
    fields.finish();
    return read;
}

std::optional<domain::sent_snapshot> read_sent(const field& of, const world_snapshot& so_far,
                                               const world_bounds& within) {
    object_fields fields{of};
    const auto which = read_attempt_ref(fields, so_far);
    const auto given = fields.get("told");
    if (!given) {
        fields.finish();
        return find_sent(of, which, so_far);
    }
    auto told = read_told(*given);
    if (!told) return std::nullopt;
    domain::sent_snapshot read{
        .of = which, .told = std::move(*told), .due = {}, .ended = {}, .outcome = {}};
    read.seq = require_growing(fields, "seq", next_in_journal(so_far), within.next_attempt_seq);
    if (const auto kind = fields.get("kind")) {
        read.kind = read_word<domain::attempt_kind>(*kind, attempt_kinds).value_or(read.kind);
    }
    read.target = read_index(of, fields, "target", so_far.targets.size());
    read.due = require_time(fields, "due", {});
    read.ended = require_time(fields, "ended", {domain::time_point{}, within.now});
    read.outcome = read_answer(fields);
    fields.finish();
    return read;
}

}  // namespace nexo_mock::codec
