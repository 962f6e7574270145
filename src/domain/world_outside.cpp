#include <nexo_mock/domain/world.hpp>

// What the control API sees of a world, and does to it.

namespace nexo_mock::domain {

std::optional<known_delivery> world::find(std::string_view id) const {
    const auto parsed = delivery_id::parse(id);
    if (!parsed) return std::nullopt;
    const auto ordinal = ids_.ordinal_of(*parsed);
    if (!ordinal || store_.find(*ordinal) == nullptr) return std::nullopt;
    return known_delivery{*parsed, *ordinal};
}

std::optional<std::uint64_t> world::ordinal_of(std::string_view id) const {
    const auto found = find(id);
    return found ? std::optional{found->ordinal} : std::nullopt;
}

std::optional<delivery_view> world::view(std::uint64_t ordinal) const {
    const auto* found = store_.find(ordinal);
    if (found == nullptr) return std::nullopt;
    const auto* by = store_.cause_of(ordinal).by;
    return delivery_view{.id = ids_.at(ordinal),
                         .seq = found->seq,
                         .phone = found->phone,
                         .code = found->code,
                         .carrier = found->carrier,
                         .outcome = latest_outcome(ordinal, *found),
                         .cost = found->cost(),
                         .drawn = found->drawn.amounts(),
                         .money_state = found->money_state,
                         .created = found->created,
                         .completed = found->completed,
                         .rule = by == nullptr ? std::string{} : by->name,
                         .code_read = found->code_read};
}

std::vector<past_change> world::history_of(std::uint64_t ordinal) const {
    if (const auto* found = history_.find(ordinal)) return *found;
    const auto* of = store_.find(ordinal);
    if (of == nullptr || !of->has_changed) return {};
    return {{of->completed, latest_outcome(ordinal, *of)}};
}

std::size_t world::delivery_bytes() const {
    return store_.bytes() + due_.bytes() + webhooks_.bytes();
}

void world::adopt(scenario_ptr changed) {
    account_ = changed->settings_for(account_.key);
    engine_ = rule_engine{std::move(changed), random_};
    change_account(std::exchange(changes_, {}));
}

void world::change_account(const account_changes& changes) {
    if (changes.target) account_.target = *(changes_.target = changes.target);
    if (changes.ip_allowlist) {
        account_.ip_allowlist = *(changes_.ip_allowlist = changes.ip_allowlist);
    }
    if (changes.revoked) account_.revoked = *(changes_.revoked = changes.revoked);
}

bool world::complete(std::uint64_t ordinal, delivery_outcome outcome, time_point now) {
    auto* of = store_.find(ordinal);
    if (of == nullptr || of->money_state != settlement::held) return false;
    if (of->events_left > 0) due_.remove_changes(ordinal);
    by_hand_[ordinal] = std::move(outcome);
    of->events_left = 1;
    due_.push({now, ordinal, due_event::by_hand});
    return true;
}

void world::mark_read(std::uint64_t ordinal) {
    if (auto* of = store_.find(ordinal)) of->code_read = true;
}

std::optional<extra_attempt> world::redelivery_of(std::uint64_t seq, time_point now) const {
    const auto place = attempt_journal_.first_after(seq - 1);
    if (seq == 0 || place == attempt_journal_.size() || attempt_journal_[place].seq != seq) {
        return std::nullopt;
    }
    const auto repeated = attempt_journal_[place];
    const auto kind =
        repeated.kind == attempt_kind::ping ? attempt_kind::ping : attempt_kind::redelivery;
    return extra_attempt{kind, repeated.of, repeated.event,
                         account_.target ? account_.target : repeated.target, now};
}

std::optional<extra_attempt> world::ping(time_point now) const {
    if (!account_.target) return std::nullopt;
    using namespace std::chrono_literals;
    const time_point sample{std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h};
    const auto phone = *phone_number::parse("+84981234567");
    const webhook_event told{
        ids_.at(0),   phone,  phone.carrier(), {delivery_status::delivered, "", "success"},
        22000_micros, sample, sample + 25s,    signature_kind::valid,
        true};
    return extra_attempt{attempt_kind::ping, {}, told, account_.target, now};
}

sent_attempt world::finish_extra(const extra_attempt& attempt, attempt_outcome outcome,
                                 time_point now, std::uint64_t seq) {
    if (attempt.kind == attempt_kind::redelivery && outcome.acknowledged()) {
        acknowledge(attempt.of, now);
    }
    const sent_attempt made{seq,           attempt.kind,      attempt.of,
                            attempt.event, attempt.target,    attempt.due,
                            now,           std::move(outcome)};
    attempt_journal_.push(made);
    return made;
}

void world::acknowledge(const attempt_ref& attempt, time_point now) {
    const auto delivery = attempt.delivery;
    if (webhooks_.is_quiet(delivery)) {
        webhooks_.acknowledge(delivery, attempt.event, now);
        return;  // it has retired already
    }
    if (webhooks_.current_attempt(delivery).event == attempt.event) due_.remove_webhook(delivery);
    schedule(webhooks_.acknowledge(delivery, attempt.event, now));
    retire(delivery);
}

sent_attempt world::journal(const attempt_ref& attempt, const attempt_outcome& outcome,
                            time_point now, std::uint64_t seq) {
    const auto& record = (*webhooks_.events_of(attempt.delivery))[attempt.event];
    const sent_attempt made{seq,           attempt_kind::scheduled,
                            attempt,       record.event,
                            record.target, record.attempts[attempt.number - 1].due,
                            now,           outcome};
    attempt_journal_.push(made);
    return made;
}

/// A delivery with one change in all, its end, needs no history: the delivery itself tells of it.
void world::remember(std::uint64_t ordinal, const domain::delivery& of, const past_change& change) {
    const bool is_all = of.events_left == 0 && !of.has_changed;
    if (is_all && is_terminal(change.outcome.status)) return;
    history_[ordinal].push_back(change);
}

}  // namespace nexo_mock::domain
