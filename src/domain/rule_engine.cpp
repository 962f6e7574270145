#include <nexo_mock/domain/rule_engine.hpp>

#include <algorithm>
#include <functional>

namespace nexo_mock::domain {

namespace {

/// The step that a step comes down to.
const step* resolve(const step* of, random_stream& random) {
    const auto* options = std::get_if<choice>(&of->action);
    if (options == nullptr) return of;
    double total = 0;
    for (const auto& each : options->steps)
        total += each.weight;
    auto at = random.uniform() * total;
    const step* last = nullptr;
    for (const auto& each : options->steps) {
        if (each.weight <= 0) continue;
        last = &each;
        if (at < each.weight) break;
        at -= each.weight;
    }
    return resolve(last, random);
}

}  // namespace

std::size_t rule_engine::phone_key_hash::operator()(const phone_key& key) const {
    const auto bits = std::uint64_t{key.rule_index} << 32 | key.national;
    return static_cast<std::size_t>(random_stream{bits}.next());
}

rule_engine::rule_engine(scenario_ptr rules, random_stream account)
    : scenario_{std::move(rules)},
      random_{account.derive("rules")},
      per_account_(scenario_->rules.size()),
      totals_(scenario_->rules.size()) {}

void rule_engine::put_in_front(scenario_ptr changed) {
    scenario_ = std::move(changed);
    per_account_.insert(per_account_.begin(), counters{});
    totals_.insert(totals_.begin(), 0);
    decltype(per_phone_) moved;
    for (const auto& [key, count] : per_phone_)
        moved.emplace(phone_key{key.rule_index + 1, key.national}, count);
    per_phone_ = std::move(moved);
}

rule_progress rule_engine::progress() const {
    rule_progress reached{state_, {}, {}};
    for (std::size_t i = 0; i < totals_.size(); ++i)
        reached.rules.push_back({totals_[i], per_account_[i].fitted});
    for (const auto& [key, count] : per_phone_)
        reached.phones.push_back({key.rule_index, key.national, count.fitted, count.used});
    std::ranges::sort(reached.phones, {}, [](const phone_count& each) {
        return std::pair{each.rule_index, each.national};
    });
    return reached;
}

void rule_engine::resume(const rule_progress& from) {
    state_ = from.state;
    for (std::size_t i = 0; i < from.rules.size(); ++i) {
        totals_[i] = from.rules[i].decided;
        per_account_[i] = {.fitted = from.rules[i].fitted, .used = totals_[i]};
    }
    for (const auto& each : from.phones)
        per_phone_[{each.rule_index, each.national}] = {.fitted = each.fitted, .used = each.used};
}

std::optional<verdict> rule_engine::mismatch(const condition& when, const rule_query& call) const {
    const auto given = [](const glob_list& wanted, std::string_view text) {
        return wanted.matches_anything() || (!text.empty() && wanted.matches(text));
    };
    if (when.call && *when.call != call.call) return verdict::other_endpoint;
    if (when.elapsed && (call.elapsed < when.elapsed->from || call.elapsed >= when.elapsed->to)) {
        return verdict::other_time;
    }
    if (!given(when.phone, call.phone)) return verdict::other_phone;
    if (!given(when.code, call.code)) return verdict::other_code;
    if (!given(when.carrier, call.network ? name(*call.network) : std::string_view{})) {
        return verdict::other_carrier;
    }
    if (!given(when.key, call.key)) return verdict::other_key;
    if (!given(when.state, state_.at(call.elapsed))) return verdict::other_state;
    return std::nullopt;
}

rule_engine::counters rule_engine::counters_for(std::size_t rule_index,
                                                const rule_query& call) const {
    if (scenario_->rules[rule_index].per == counting::per_account) return per_account_[rule_index];
    const auto found = per_phone_.find({rule_index, call.phone_national});
    return found == per_phone_.end() ? counters{} : found->second;
}

rule_engine::counters& rule_engine::counters_for(std::size_t rule_index, const rule_query& call) {
    if (scenario_->rules[rule_index].per == counting::per_account) return per_account_[rule_index];
    const phone_key key{rule_index, call.phone_national};
    if (per_phone_.size() >= max_phone_counters && !per_phone_.contains(key)) per_phone_.clear();
    return per_phone_[key];
}

rule_trial rule_engine::try_fitting(std::size_t rule_index, const rule_query& call,
                                    const random_stream& of_call, decision& made) const {
    const auto& tried = scenario_->rules[rule_index];
    rule_trial trial{.rule_index = rule_index};
    const auto count = counters_for(rule_index, call);
    trial.used = count.used;
    const auto* next = tried.step_after(count.used);
    if (next == nullptr) {
        trial.outcome = verdict::used_up;
        return trial;
    }
    if (tried.when.every > 1) {
        made.counted.push_back(rule_index);
        trial.fitted = count.fitted + 1;
        if (trial.fitted % tried.when.every != 0) {
            trial.outcome = verdict::not_its_turn;
            return trial;
        }
    }
    auto random = of_call.derive(draw_key(rule_index));
    trial.drawn = random.uniform();
    if (trial.drawn >= tried.when.chance) {
        trial.outcome = verdict::no_luck;
        return trial;
    }
    made.by = &tried;
    made.what = resolve(next, random);
    made.random = random;
    trial.chosen = made.what;
    return trial;
}

decision rule_engine::decide(const rule_query& call, std::uint64_t ordinal,
                             std::vector<rule_trial>* trials) const {
    decision made;
    const auto stream = random_.derive(static_cast<std::uint64_t>(call.call)).derive(ordinal);
    made.random = stream;
    for (std::size_t i = 0; i < scenario_->rules.size() && made.by == nullptr; ++i) {
        const auto why = mismatch(scenario_->rules[i].when, call);
        if (why && trials == nullptr) continue;  // most rules, for most calls
        const auto trial =
            why ? rule_trial{.rule_index = i, .outcome = *why} : try_fitting(i, call, stream, made);
        if (trials != nullptr) trials->push_back(trial);
    }
    return made;
}

void rule_engine::commit(const rule_query& call, const decision& made) {
    for (const auto index : made.counted)
        ++counters_for(index, call).fitted;
    if (made.by == nullptr) return;
    const auto index = static_cast<std::size_t>(made.by - scenario_->rules.data());
    ++counters_for(index, call).used;
    ++totals_[index];
    if (!made.what->set_state) return;
    std::optional<duration> lasts;
    if (made.what->state_lasts) {
        auto random = made.random.derive("state");
        lasts = made.what->state_lasts->sample(random);
    }
    state_.set(*made.what->set_state, lasts, call.elapsed);
}

}  // namespace nexo_mock::domain
