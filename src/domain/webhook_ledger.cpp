#include <nexo_mock/domain/webhook_ledger.hpp>

#include <algorithm>
#include <utility>

namespace nexo_mock::domain {

namespace {

constexpr std::size_t chain_bytes = 64;  // its own place, and that of what its vectors need

std::size_t bytes_of(const attempt_record& attempt) {
    return sizeof attempt + attempt.outcome.error.size() + attempt.outcome.reply.size();
}

std::size_t bytes_of(const std::vector<event_record>& events) {
    auto bytes = chain_bytes + events.size() * sizeof(event_record);
    for (const auto& event : events) {
        for (const auto& attempt : event.attempts)
            bytes += bytes_of(attempt);
    }
    return bytes;
}

}  // namespace

/// The next attempt of the current event.
std::optional<next_attempt> webhook_ledger::attempt(std::uint64_t delivery, chain& of,
                                                    time_point due) {
    auto& attempts = of.events[of.current].attempts;
    const auto number = static_cast<std::uint32_t>(attempts.size() + 1);
    attempts.push_back({.number = number, .seq = 0, .due = due, .ended = {}, .outcome = {}});
    bytes_ += bytes_of(attempts.back());
    return next_attempt{{delivery, static_cast<std::uint32_t>(of.current), number}, due};
}

std::optional<next_attempt> webhook_ledger::add(std::uint64_t delivery, webhook_event event,
                                                webhook_target_ptr target, time_point not_before) {
    auto& of = chains_[delivery];
    const bool is_first_in_line = of.current == of.events.size();
    of.events.push_back(
        {std::move(event), std::move(target), not_before, event_state::waiting, {}});
    ++totals_.events;
    bytes_ += sizeof(event_record) + (of.events.size() == 1 ? chain_bytes : 0);
    if (!is_first_in_line) return std::nullopt;
    return attempt(delivery, of, not_before);
}

const event_record* webhook_ledger::begin(const attempt_ref& attempt) {
    auto* found = chains_.find(attempt.delivery);
    if (found == nullptr) return nullptr;
    auto& of = *found;
    if (of.in_flight || attempt.event != of.current || of.current == of.events.size()) {
        return nullptr;
    }
    const auto& record = of.events[of.current];
    if (record.attempts.back().number != attempt.number) return nullptr;
    of.in_flight = true;
    ++totals_.in_flight;
    return &record;
}

std::optional<next_attempt> webhook_ledger::finish(const attempt_ref& which,
                                                   attempt_outcome outcome,
                                                   std::optional<duration> wait, time_point now,
                                                   std::uint64_t seq) {
    if (!is_in_flight(which)) return std::nullopt;
    auto& of = *chains_.find(which.delivery);
    auto& record = of.events[of.current];
    auto& current = record.attempts.back();

    of.in_flight = false;
    --totals_.in_flight;
    ++totals_.attempts;
    current.ended = now;
    current.seq = seq;
    bytes_ -= bytes_of(current);
    current.outcome = std::move(outcome);
    bytes_ += bytes_of(current);
    const bool by_hand = std::exchange(of.is_acknowledged, false);
    if (!current.outcome.final() && wait && !by_hand) {
        return attempt(which.delivery, of, after(now, *wait));
    }
    const bool acknowledged = current.outcome.acknowledged() || by_hand;
    record.state = acknowledged ? event_state::acknowledged : event_state::given_up;
    ++(acknowledged ? totals_.acknowledged : totals_.given_up);
    return following(which.delivery, of, now);
}

std::optional<next_attempt> webhook_ledger::following(std::uint64_t delivery, chain& of,
                                                      time_point now) {
    if (++of.current == of.events.size()) return std::nullopt;
    return attempt(delivery, of, std::max(now, of.events[of.current].not_before));
}

std::optional<next_attempt> webhook_ledger::acknowledge(std::uint64_t delivery, std::uint32_t event,
                                                        time_point now) {
    auto* found = chains_.find(delivery);
    if (found == nullptr || event >= found->events.size()) return std::nullopt;
    auto& of = *found;
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
    if (!record.attempts.back().ended) {  // it is not made any more
        bytes_ -= bytes_of(record.attempts.back());
        record.attempts.pop_back();
    }
    return following(delivery, of, now);
}

std::optional<next_attempt> webhook_ledger::resume(std::uint64_t delivery,
                                                   std::vector<event_record> events) {
    auto& of = chains_[delivery];
    of.events = std::move(events);
    bytes_ += bytes_of(of.events);
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

attempt_ref webhook_ledger::current_attempt(std::uint64_t delivery) const {
    const auto& of = *chains_.find(delivery);
    return {delivery, static_cast<std::uint32_t>(of.current),
            of.events[of.current].attempts.back().number};
}

bool webhook_ledger::is_in_flight(const attempt_ref& attempt) const {
    const auto* found = chains_.find(attempt.delivery);
    if (found == nullptr) return false;
    const auto& of = *found;
    return of.in_flight && attempt.event == of.current &&
           of.events[of.current].attempts.back().number == attempt.number;
}

bool webhook_ledger::is_quiet(std::uint64_t delivery) const {
    const auto* found = chains_.find(delivery);
    return found == nullptr || found->current == found->events.size();
}

void webhook_ledger::erase(std::uint64_t delivery) {
    const auto* found = chains_.find(delivery);
    if (found == nullptr) return;
    bytes_ -= bytes_of(found->events);
    chains_.erase(delivery);
}

const std::vector<event_record>* webhook_ledger::events_of(std::uint64_t delivery) const {
    const auto* found = chains_.find(delivery);
    return found == nullptr ? nullptr : &found->events;
}

}  // namespace nexo_mock::domain
