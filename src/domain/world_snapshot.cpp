#include <nexo_mock/domain/world_snapshot.hpp>

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>

namespace nexo_mock::domain {

namespace {

bool is_end(const past_change& change) {
    return is_terminal(change.outcome.status);
}

/// Finds equal targets and causes, so that a snapshot has each once.
class shared_values {
 public:
    explicit shared_values(world_snapshot& of) : of_{of} {}

    std::uint32_t index_of(const webhook_target& target) {
        const auto next = static_cast<std::uint32_t>(of_.targets.size());
        const auto [found, is_new] = targets_.try_emplace({target.url, target.secret}, next);
        if (is_new) of_.targets.push_back(target);
        return found->second;
    }

    // Most deliveries share their step with many; only of a new one the values are compared.
    std::optional<std::uint32_t> cause_of(const delivery& decided) {
        if (decided.decided_by == nullptr) return std::nullopt;
        const auto [found, is_new] = causes_.try_emplace(decided.what, 0);
        if (is_new) found->second = add({decided.decided_by->name, decided.what->webhook});
        return found->second;
    }

 private:
    std::uint32_t add(cause_snapshot cause) {
        const auto known = std::ranges::find(of_.causes, cause);
        const auto index = static_cast<std::uint32_t>(known - of_.causes.begin());
        if (known == of_.causes.end()) of_.causes.push_back(std::move(cause));
        return index;
    }

    world_snapshot& of_;
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> targets_;
    std::unordered_map<const step*, std::uint32_t> causes_;
};

/// What is left of the courses of all deliveries, by ordinal.
class courses_left {
 public:
    explicit courses_left(const due_queue& due) {
        std::ranges::copy_if(due.events(), std::back_inserter(events_),
                             [](const due_event& each) { return each.outcome != nullptr; });
        std::ranges::sort(events_, {}, [](const due_event& each) {
            return std::pair{each.delivery, each.order};
        });
        next_ = events_.begin();
    }

    /// To be asked with growing ordinals.
    std::vector<coming_change> take(std::uint64_t ordinal) {
        std::vector<coming_change> left;
        for (; next_ != events_.end() && next_->delivery == ordinal; ++next_)
            left.push_back({next_->at, *next_->outcome});
        return left;
    }

 private:
    std::vector<due_event> events_;
    std::vector<due_event>::const_iterator next_;
};

std::vector<event_snapshot> webhooks_in(const std::vector<event_record>& events,
                                        const std::vector<past_change>& history,
                                        shared_values& shared) {
    std::vector<event_snapshot> all;
    auto told = history.begin();  // events come in the order of what they tell
    for (const auto& [event, target, not_before, state, attempts] : events) {
        told = std::find(told, history.end(), past_change{event.completed, event.outcome});
        all.push_back({static_cast<std::uint32_t>(told - history.begin()), shared.index_of(*target),
                       not_before, state, attempts});
    }
    return all;
}

sent_snapshot snapshot_of(const sent_attempt& sent, shared_values& shared) {
    const auto& event = sent.event;
    return {sent.seq,
            sent.kind,
            sent.of,
            {event.phone, event.carrier, event.outcome, event.cost, event.created, event.completed,
             event.signature},
            shared.index_of(*sent.target),
            sent.due,
            sent.ended,
            sent.outcome};
}

changes_snapshot snapshot_of(const account_changes& changes) {
    changes_snapshot made{std::nullopt, changes.ip_allowlist, changes.revoked};
    if (changes.target) {
        made.target.emplace();
        if (*changes.target) *made.target = **changes.target;
    }
    return made;
}

account_changes changes_of(const changes_snapshot& from) {
    account_changes made{std::nullopt, from.ip_allowlist, from.revoked};
    if (from.target) {
        made.target.emplace();
        if (*from.target) *made.target = std::make_shared<const webhook_target>(**from.target);
    }
    return made;
}

}  // namespace

settlement delivery_snapshot::money_state() const {
    const auto first_end = std::ranges::find_if(history, is_end);
    if (first_end == history.end()) return settlement::held;
    const bool failed = first_end->outcome.status == delivery_status::failed;
    return failed && refund_if_failed ? settlement::refunded : settlement::charged;
}

money delivery_snapshot::cost() const {
    return money_state() == settlement::refunded ? money{} : drawn.total();
}

bool delivery_snapshot::is_retired() const {
    return coming.empty() && money_state() != settlement::held &&
           std::ranges::find(webhooks, event_state::waiting, &event_snapshot::state) ==
               webhooks.end();
}

told_snapshot told_by(const world_snapshot& of, const delivery_snapshot& delivery,
                      const event_snapshot& webhook) {
    const auto manner = delivery.cause ? of.causes[*delivery.cause].webhook : std::nullopt;
    const auto& [at, outcome] = delivery.history[webhook.tells];
    return {delivery.phone,
            delivery.carrier,
            outcome,
            delivery.cost(),
            delivery.created,
            at,
            manner.value_or(webhook_manner{}).signature};
}

std::optional<sent_snapshot> sent_as_told(const world_snapshot& of, const attempt_ref& attempt) {
    const auto found =
        std::ranges::lower_bound(of.deliveries, attempt.delivery, {}, &delivery_snapshot::ordinal);
    if (found == of.deliveries.end() || found->ordinal != attempt.delivery ||
        attempt.event >= found->webhooks.size()) {
        return std::nullopt;
    }
    const auto& webhook = found->webhooks[attempt.event];
    if (attempt.number < 1 || attempt.number > webhook.attempts.size()) return std::nullopt;
    const auto& made = webhook.attempts[attempt.number - 1];
    if (!made.ended) return std::nullopt;
    return sent_snapshot{made.seq,       attempt_kind::scheduled,
                         attempt,        told_by(of, *found, webhook),
                         webhook.target, made.due,
                         *made.ended,    made.outcome};
}

// --- taking one

world_snapshot world::snapshot() const {
    world_snapshot made;
    made.began = began_;
    made.progress = engine_.progress();
    made.calls = calls_;
    made.wallet = wallet_;
    made.counts = counts_;
    made.webhooks = webhooks_.totals();
    made.webhooks.in_flight = 0;
    made.changes = snapshot_of(changes_);

    shared_values shared{made};
    std::vector<std::uint64_t> stored;
    store_.newest_first([&](std::uint64_t ordinal, const auto&) {
        stored.push_back(ordinal);
        return true;
    });
    courses_left courses{due_};
    made.deliveries.reserve(stored.size());
    for (const auto ordinal : stored | std::views::reverse) {
        const auto& each = *store_.find(ordinal);
        auto history = history_of(ordinal);
        const auto* events = webhooks_.events_of(ordinal);
        auto webhooks = events == nullptr ? std::vector<event_snapshot>{}
                                          : webhooks_in(*events, history, shared);
        made.deliveries.push_back({.ordinal = ordinal,
                                   .seq = each.seq,
                                   .phone = each.phone,
                                   .code = each.code,
                                   .carrier = each.carrier,
                                   .refund_if_failed = each.refund_if_failed,
                                   .code_read = each.code_read,
                                   .created = each.created,
                                   .drawn = each.drawn,
                                   .cause = shared.cause_of(each),
                                   .history = std::move(history),
                                   .coming = courses.take(ordinal),
                                   .webhooks = std::move(webhooks)});
    }
    made.retired.assign(retired_.begin(), retired_.end());

    for (std::size_t i = 0; i < attempt_journal_.size(); ++i)
        made.attempts.push_back(snapshot_of(attempt_journal_[i], shared));
    made.attempts_evicted = attempt_journal_.evicted();
    made.calls_evicted = call_journal_.evicted() + call_journal_.size();
    return made;
}

// --- going on with one

/// What the deliveries of a snapshot point into: a scenario of their own, which has each rule and
/// each outcome once.
class world::recollection {
 public:
    explicit recollection(const world_snapshot& from) {
        domain::scenario past;
        past.name = "restored";
        for (const auto& [name, webhook] : from.causes) {
            rule cause{.name = name, .when = {}, .steps = {step{}}};
            cause.steps.front().webhook = webhook;
            past.rules.push_back(std::move(cause));
        }
        rule outcomes{.name = "outcomes", .when = {}, .steps = {step{}}};
        outcomes.steps.front().action = course{all_outcomes(from)};
        past.rules.push_back(std::move(outcomes));
        past_ = std::make_shared<const domain::scenario>(std::move(past));
        for (const auto& target : from.targets)
            targets_.push_back(std::make_shared<const webhook_target>(target));
    }

    const scenario_ptr& scenario() const { return past_; }
    const rule* cause(std::uint32_t index) const { return &past_->rules[index]; }
    const webhook_target_ptr& target(std::uint32_t index) const { return targets_[index]; }

    const delivery_outcome* outcome(const delivery_outcome& of) const {
        const auto& events = std::get<course>(past_->rules.back().steps.front().action).events;
        return &events[outcomes_.find(key(of))->second].outcome;
    }

 private:
    using outcome_key = std::tuple<delivery_status, std::string_view, std::string_view>;
    static outcome_key key(const delivery_outcome& of) {
        return {of.status, of.error_code, of.carrier_status};
    }

    std::vector<course_event> all_outcomes(const world_snapshot& from) {
        std::vector<course_event> all;
        const auto add = [&](const delivery_outcome& each) {
            if (outcomes_.try_emplace(key(each), all.size()).second) all.push_back({{}, each});
        };
        for (const auto& each : from.deliveries) {
            for (const auto& change : each.history)
                add(change.outcome);
            for (const auto& change : each.coming)
                add(change.outcome);
        }
        return all;
    }

    scenario_ptr past_;
    std::map<outcome_key, std::size_t> outcomes_;  // its words are those of the snapshot
    std::vector<webhook_target_ptr> targets_;
};

world world::restored(std::string_view key, scenario_ptr rules, std::uint64_t seed,
                      const world_snapshot& from, world_limits limits) {
    auto settings = rules->settings_for(key);
    world made{std::move(settings), std::move(rules), seed, from.began, limits};
    made.resume(from);
    return made;
}

void world::resume(const world_snapshot& from) {
    engine_.resume(from.progress);
    calls_ = from.calls;
    wallet_ = from.wallet;
    counts_ = from.counts;
    webhooks_.resume(from.webhooks);
    attempt_journal_ = attempt_journal{limits_.max_journal, from.attempts_evicted};
    call_journal_ = call_journal{limits_.max_journal, from.calls_evicted};
    change_account(changes_of(from.changes));

    const recollection past{from};
    for (const auto& each : from.deliveries) {
        resume(each, past);
        std::vector<event_record> events;
        for (const auto& webhook : each.webhooks) {
            events.push_back({event_of(told_by(from, each, webhook), each.ordinal),
                              past.target(webhook.target), webhook.not_before, webhook.state,
                              webhook.attempts});
        }
        if (!events.empty()) schedule(webhooks_.resume(each.ordinal, std::move(events)));
    }
    store_.skip_to(from.counts.accepted);
    retired_.assign(from.retired.begin(), from.retired.end());
    resume(from.attempts, past);
    evict();
}

void world::resume(const delivery_snapshot& from, const recollection& past) {
    const auto& history = from.history;
    const auto end = std::ranges::find_if(history | std::views::reverse, is_end);
    const auto* cause = from.cause ? past.cause(*from.cause) : nullptr;
    store_.skip_to(from.ordinal);
    store_.append({.phone = from.phone,
                   .code = from.code,
                   .carrier = from.carrier,
                   .money_state = from.money_state(),
                   .refund_if_failed = from.refund_if_failed,
                   .code_read = from.code_read,
                   .events_left = static_cast<std::uint16_t>(from.coming.size()),
                   .seq = from.seq,
                   .created = from.created,
                   .completed = end == history.rend() ? time_point{} : end->at,
                   .drawn = from.drawn,
                   .decided_by = cause,
                   .what = cause == nullptr ? nullptr : &cause->steps.front(),
                   .outcome = history.empty() ? nullptr : past.outcome(history.back().outcome)},
                  past.scenario());
    std::uint32_t order = 0;
    for (const auto& [at, outcome] : from.coming)
        due_.push({at, from.ordinal, past.outcome(outcome), order++, 0});
    const bool needs_none = history.size() == 1 && from.coming.empty() && is_end(history.front());
    if (!history.empty() && !needs_none) history_[from.ordinal] = history;
}

void world::resume(const std::vector<sent_snapshot>& attempts, const recollection& past) {
    for (const auto& [seq, kind, of, told, target, due, ended, outcome] : attempts) {
        auto event = event_of(told, of.delivery);
        event.is_test = kind == attempt_kind::ping;
        attempt_journal_.push(
            {seq, kind, of, std::move(event), past.target(target), due, ended, outcome});
    }
}

webhook_event world::event_of(const told_snapshot& told, std::uint64_t ordinal) const {
    return {ids_.at(ordinal), told.phone,   told.carrier,   told.outcome,
            told.cost,        told.created, told.completed, told.signature};
}

}  // namespace nexo_mock::domain
