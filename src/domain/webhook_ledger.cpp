#include <nexo_mock/domain/webhook_ledger.hpp>

#include <algorithm>
#include <utility>

namespace nexo_mock::domain {

std::optional<next_attempt> webhook_ledger::first_attempt(std::uint64_t delivery, chain& of,
                                                          time_point due) {
    of.events[of.current].attempts.push_back(
        {.number = 1, .seq = 0, .due = due, .ended = {}, .outcome = {}});
    return next_attempt{{delivery, static_cast<std::uint32_t>(of.current), 1}, due};
}

std::optional<next_attempt> webhook_ledger::add(std::uint64_t delivery, webhook_event event,
                                                webhook_target_ptr target, time_point not_before) {
    auto& of = chains_[delivery];
    const bool is_first_in_line = of.current == of.events.size();
    of.events.push_back(
        {std::move(event), std::move(target), not_before, event_state::waiting, {}});
    ++totals_.events;
    if (!is_first_in_line) return std::nullopt;
    return first_attempt(delivery, of, not_before);
}

const event_record* webhook_ledger::begin(const attempt_ref& attempt) {
    const auto found = chains_.find(attempt.delivery);
    if (found == chains_.end()) return nullptr;
    auto& of = found->second;
    if (of.in_flight || attempt.event != of.current || of.current == of.events.size()) {
        return nullptr;
    }
    const auto& record = of.events[of.current];
    if (record.attempts.back().number != attempt.number) return nullptr;
    of.in_flight = true;
    ++totals_.in_flight;
    return &record;
}

std::optional<next_attempt> webhook_ledger::finish(const attempt_ref& attempt,
                                                   attempt_outcome outcome,
                                                   std::optional<duration> wait, time_point now,
                                                   std::uint64_t seq) {
    if (!is_in_flight(attempt)) return std::nullopt;
    auto& of = chains_.find(attempt.delivery)->second;
    auto& record = of.events[of.current];
    auto& current = record.attempts.back();

    of.in_flight = false;
    --totals_.in_flight;
    ++totals_.attempts;
    current.ended = now;
    current.seq = seq;
    current.outcome = std::move(outcome);
    const bool by_hand = std::exchange(of.is_acknowledged, false);
    if (!current.outcome.final() && wait && !by_hand) {
        const auto due = after(now, *wait);
        record.attempts.push_back(
            {.number = attempt.number + 1, .seq = 0, .due = due, .ended = {}, .outcome = {}});
        return next_attempt{{attempt.delivery, attempt.event, attempt.number + 1}, due};
    }
    const bool acknowledged = current.outcome.acknowledged() || by_hand;
    record.state = acknowledged ? event_state::acknowledged : event_state::given_up;
    ++(acknowledged ? totals_.acknowledged : totals_.given_up);
    return following(attempt.delivery, of, now);
}

std::optional<next_attempt> webhook_ledger::following(std::uint64_t delivery, chain& of,
                                                      time_point now) {
    if (++of.current == of.events.size()) return std::nullopt;
    return first_attempt(delivery, of, std::max(now, of.events[of.current].not_before));
}

std::optional<next_attempt> webhook_ledger::acknowledge(std::uint64_t delivery, std::uint32_t event,
                                                        time_point now) {
    const auto found = chains_.find(delivery);
    if (found == chains_.end() || event >= found->second.events.size()) return std::nullopt;
    auto& of = found->second;
    auto& record = of.events[event];
    if (record.state == event_state::given_up) {
        record.state = event_state::acknowledged;
        --totals_.given_up;
        ++totals_.acknowledged;
    }
    if (record.state != event_state::waiting || event != of.current) return std::nullopt;
    if (of.in_flight) {
        of.is_acknowledged = true;
        return std::nullopt;
    }
    record.state = event_state::acknowledged;
    ++totals_.acknowledged;
    if (!record.attempts.back().ended) record.attempts.pop_back();  // it is not made any more
    return following(delivery, of, now);
}

std::optional<next_attempt> webhook_ledger::resume(std::uint64_t delivery,
                                                   std::vector<event_record> events) {
    auto& of = chains_[delivery];
    of.events = std::move(events);
    const auto waiting = std::ranges::find(of.events, event_state::waiting, &event_record::state);
    of.current = static_cast<std::size_t>(waiting - of.events.begin());
    if (waiting == of.events.end()) return std::nullopt;
    const auto& next = waiting->attempts.back();
    return next_attempt{{delivery, static_cast<std::uint32_t>(of.current), next.number}, next.due};
}

void webhook_ledger::resume(const webhook_totals& from) {
    totals_ = from;
    totals_.in_flight = 0;
}

bool webhook_ledger::is_in_flight(const attempt_ref& attempt) const {
    const auto found = chains_.find(attempt.delivery);
    if (found == chains_.end()) return false;
    const auto& of = found->second;
    return of.in_flight && attempt.event == of.current &&
           of.events[of.current].attempts.back().number == attempt.number;
}

bool webhook_ledger::is_quiet(std::uint64_t delivery) const {
    const auto found = chains_.find(delivery);
    return found == chains_.end() || found->second.current == found->second.events.size();
}

const std::vector<event_record>* webhook_ledger::events_of(std::uint64_t delivery) const {
    const auto found = chains_.find(delivery);
    return found == chains_.end() ? nullptr : &found->second.events;
}

}  // namespace nexo_mock::domain
