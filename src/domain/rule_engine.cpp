#include <nexo_mock/domain/rule_engine.hpp>

#include <functional>

namespace nexo_mock::domain {

namespace {

/// The step that a step comes down to. The innermost state that is set on the way counts.
const step* resolve(const step* of, random_stream& random, std::optional<std::string>& state) {
    if (of->set_state) state = of->set_state;
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
    return resolve(last, random, state);
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

bool rule_engine::fits(const condition& when, const rule_query& call) const {
    const auto given = [](const glob_list& wanted, std::string_view text) {
        return wanted.matches_anything() || (!text.empty() && wanted.matches(text));
    };
    if (when.call && *when.call != call.call) return false;
    if (when.elapsed && (call.elapsed < when.elapsed->from || call.elapsed >= when.elapsed->to)) {
        return false;
    }
    return given(when.phone, call.phone) && given(when.code, call.code) &&
           given(when.carrier, call.network ? name(*call.network) : std::string_view{}) &&
           given(when.key, call.key) && given(when.state, state_);
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

decision rule_engine::decide(const rule_query& call, std::uint64_t ordinal) const {
    decision made;
    const auto stream = random_.derive(static_cast<std::uint64_t>(call.call)).derive(ordinal);
    for (std::size_t i = 0; i < scenario_->rules.size(); ++i) {
        const auto& each = scenario_->rules[i];
        if (!fits(each.when, call)) continue;
        const auto count = counters_for(i, call);
        const auto* next = each.step_after(count.used);
        if (next == nullptr) continue;
        if (each.when.every > 1) {
            made.counted.push_back(i);
            if ((count.fitted + 1) % each.when.every != 0) continue;
        }
        auto random = stream.derive(i);
        if (random.uniform() >= each.when.chance) continue;
        made.by = &each;
        made.what = resolve(next, random, made.next_state);
        made.random = random;
        return made;
    }
    made.random = stream;
    return made;
}

void rule_engine::commit(const rule_query& call, const decision& made) {
    for (const auto index : made.counted)
        ++counters_for(index, call).fitted;
    if (made.by == nullptr) return;
    const auto index = static_cast<std::size_t>(made.by - scenario_->rules.data());
    ++counters_for(index, call).used;
    ++totals_[index];
    if (made.next_state) state_ = *made.next_state;
}

}  // namespace nexo_mock::domain
