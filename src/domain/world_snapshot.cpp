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
    std::optional<std::uint32_t> index_of(const delivery_cause& decided) {
        if (decided.by == nullptr) return std::nullopt;
        const auto [found, is_new] = causes_.try_emplace(decided.what, 0);
        if (is_new) found->second = add({decided.by->name, decided.what->webhook});
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
        due.each([this](const due_event& each) {
            if (each.what != due_event::webhook) events_.push_back(each);
        });
        std::ranges::sort(
            events_, {}, [](const due_event& each) { return std::pair{each.delivery, each.what}; });
        next_ = events_.begin();
    }

    /// To be asked with growing ordinals.
    template <class OutcomeOf>
    std::vector<coming_change> take(std::uint64_t ordinal, OutcomeOf outcome_of) {
        std::vector<coming_change> left;
        for (; next_ != events_.end() && next_->delivery == ordinal; ++next_)
            left.push_back({next_->at, outcome_of(ordinal, next_->what)});
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
    const auto outcomes = [this](std::uint64_t ordinal, std::uint16_t what) {
        return outcome_after(ordinal, what);
    };
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
                                   .drawn = each.drawn.amounts(),
                                   .cause = shared.index_of(store_.cause_of(ordinal)),
                                   .history = std::move(history),
                                   .coming = courses.take(ordinal, outcomes),
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

namespace {

/// What a delivery of a snapshot became at last, and what it will become.
std::vector<delivery_outcome> course_left(const delivery_snapshot& of) {
    std::vector<delivery_outcome> left;
    if (!of.history.empty()) left.push_back(of.history.back().outcome);
    for (const auto& change : of.coming)
        left.push_back(change.outcome);
    return left;
}

}  // namespace

/// What decided the deliveries of a snapshot: a scenario of their own, in which each cause is a
/// rule, and each way in which deliveries of that cause may go on a step of it.
class world::recollection {
 public:
    explicit recollection(const world_snapshot& from) : causes_{from.causes.size()} {
        domain::scenario past;
        past.name = "restored";
        for (const auto& cause : from.causes)
            past.rules.push_back({.name = cause.rule, .when = {}, .steps = {}});
        past.rules.push_back({.name = "no rule", .when = {}, .steps = {}});
        for (const auto& each : from.deliveries)
            add(each, from, past);
        past_ = std::make_shared<const domain::scenario>(std::move(past));
        for (const auto& target : from.targets)
            targets_.push_back(std::make_shared<const webhook_target>(target));
    }

    const webhook_target_ptr& target(std::uint32_t index) const { return targets_[index]; }

    delivery_cause cause_of(const delivery_snapshot& of) const {
        const auto& by = past_->rules[rule_of(of)];
        const auto& what = by.steps[steps_.find({rule_of(of), course_left(of)})->second];
        return {past_, of.cause ? &by : nullptr, &what};
    }

 private:
    using way = std::pair<std::size_t, std::vector<delivery_outcome>>;
    struct way_order {
        static auto key(const delivery_outcome& of) {
            return std::tie(of.status, of.error_code, of.carrier_status);
        }
        bool operator()(const way& a, const way& b) const {
            if (a.first != b.first) return a.first < b.first;
            return std::ranges::lexicographical_compare(
                a.second, b.second,
                [](const auto& one, const auto& other) { return key(one) < key(other); });
        }
    };

    /// The place after the last cause is that of what no rule decided.
    std::size_t rule_of(const delivery_snapshot& of) const { return of.cause.value_or(causes_); }

    void add(const delivery_snapshot& each, const world_snapshot& from, domain::scenario& past) {
        auto& steps = past.rules[rule_of(each)].steps;
        auto outcomes = course_left(each);
        course left;
        for (const auto& outcome : outcomes)
            left.events.push_back({{}, outcome});
        const auto [_, is_new] =
            steps_.try_emplace({rule_of(each), std::move(outcomes)}, steps.size());
        if (!is_new) return;
        step made;
        made.action = std::move(left);
        if (each.cause) made.webhook = from.causes[*each.cause].webhook;
        steps.push_back(std::move(made));
    }

    std::size_t causes_;
    std::map<way, std::size_t, way_order> steps_;
    scenario_ptr past_;
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
    attempt_journal_ = attempt_journal{limits_.journal, from.attempts_evicted};
    call_journal_ = call_journal{limits_.journal, from.calls_evicted};
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
    const bool has_changed = !history.empty();
    store_.skip_to(from.ordinal);
    store_.append(domain::delivery{.phone = from.phone,
                                   .code = from.code,
                                   .seq = from.seq,
                                   .created = from.created,
                                   .completed = end == history.rend() ? time_point{} : end->at,
                                   .drawn = from.drawn,
                                   .events_left = static_cast<std::uint16_t>(from.coming.size()),
                                   .carrier = from.carrier,
                                   .status = has_changed ? history.back().outcome.status
                                                         : delivery_status::sent,
                                   .has_changed = has_changed,
                                   .money_state = from.money_state(),
                                   .refund_if_failed = from.refund_if_failed,
                                   .code_read = from.code_read},
                  past.cause_of(from));
    auto place = static_cast<std::uint16_t>(has_changed ? 1 : 0);  // as in course_left()
    for (const auto& change : from.coming)
        due_.push({change.at, from.ordinal, place++});
    const bool needs_none = history.size() == 1 && from.coming.empty() && is_end(history.front());
    if (has_changed && !needs_none) history_[from.ordinal] = history;
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
