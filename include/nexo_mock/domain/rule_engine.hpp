#pragma once

#include <nexo_mock/domain/phone_number.hpp>
#include <nexo_mock/domain/random.hpp>
#include <nexo_mock/domain/scenario.hpp>
#include <nexo_mock/domain/scenario_state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nexo_mock::domain {

/// A call as the rules see it.
struct rule_query {
    endpoint call = endpoint::send_otp;
    std::string_view key;
    std::string_view phone;                  ///< E.164; empty: conditions on the phone fail
    std::uint32_t phone_national = 0;        ///< the same number, as phone_number::national()
    std::optional<domain::carrier> network;  ///< none: conditions on the carrier fail
    std::string_view code;                   ///< empty: conditions on the code fail
    duration elapsed{};                      ///< since the account's world began
};

/// What the rules decided, and all that must be remembered of it once it takes effect.
struct decision {
    const rule* by = nullptr;          ///< null: no rule matched
    const step* what = nullptr;        ///< never a choice: that is drawn already
    random_stream random{0};           ///< for what the step itself draws
    std::vector<std::size_t> counted;  ///< rules with `every` that saw the call fit
};

/// What came of trying one rule.
enum class verdict : std::uint8_t {
    decides,
    other_endpoint,
    other_phone,
    other_code,
    other_carrier,
    other_key,
    other_state,
    other_time,    ///< `elapsed`
    used_up,       ///< its steps are over, and it falls through
    not_its_turn,  ///< `every`
    no_luck,       ///< `chance`
};

/// One rule that was tried for a call, and with what it was compared.
struct rule_trial {
    std::size_t rule_index = 0;
    verdict outcome = verdict::decides;
    std::uint64_t used = 0;    ///< calls its steps were used for before
    std::uint64_t fitted = 0;  ///< which call that fits it is, from 1; where `every` counts them
    double drawn = 0;          ///< for `chance`: below it, the rule decides
    const step* chosen = nullptr;  ///< of the rule that decides; what a choice came down to
};

/// What was counted of one rule.
struct rule_count {
    std::uint64_t decided = 0;  ///< calls
    std::uint64_t fitted = 0;   ///< calls that `every` counts; of a rule that counts by account

    friend bool operator==(const rule_count&, const rule_count&) = default;
};

/// What was counted for one number, of a rule that counts by phone.
struct phone_count {
    std::size_t rule_index = 0;
    std::uint32_t national = 0;  ///< as rule_query::phone_national
    std::uint64_t fitted = 0;
    std::uint64_t used = 0;

    friend bool operator==(const phone_count&, const phone_count&) = default;
};

/// Where an account is in its rules.
struct rule_progress {
    scenario_state state;
    std::vector<rule_count> rules;    ///< one for each
    std::vector<phone_count> phones;  ///< by rule, then by number

    friend bool operator==(const rule_progress&, const rule_progress&) = default;
};

/// The rules of one account and where it is in them. decide() changes nothing, so that a call that
/// is refused after all (no route, no funds) leaves no trace; commit() makes the decision count.
/// Not for sharing between threads.
class rule_engine {
 public:
    /// Numbers counted apart by rules with `per: phone`; beyond, all of them start again.
    static constexpr std::size_t max_phone_counters = 1'000'000;
    rule_engine(scenario_ptr rules, random_stream account);

    /// Goes on with one more rule before all others: `changed` is the scenario so far with that
    /// rule in front. What was counted, and what will be drawn, stays.
    void put_in_front(scenario_ptr changed);

    /// `ordinal`: which call of that endpoint it is in this account. It keys what chance decides.
    /// Tells `trials`, if given, of each rule that was tried, in order.
    decision decide(const rule_query& call, std::uint64_t ordinal,
                    std::vector<rule_trial>* trials = nullptr) const;
    void commit(const rule_query& call, const decision& made);

    rule_progress progress() const;
    /// Goes on from there. It must be the progress of an engine with the same rules.
    void resume(const rule_progress& from);

    const std::string& state(duration elapsed) const { return state_.at(elapsed); }
    const scenario_ptr& rules() const { return scenario_; }
    /// How often the rule with that index decided.
    std::uint64_t times_used(std::size_t rule_index) const { return totals_[rule_index]; }

 private:
    struct counters {
        std::uint64_t fitted = 0;  // calls that fit all but `every` and `chance`
        std::uint64_t used = 0;    // calls it decided
    };
    struct phone_key {
        std::size_t rule_index;
        std::uint32_t national;
        friend bool operator==(const phone_key&, const phone_key&) = default;
    };
    struct phone_key_hash {
        std::size_t operator()(const phone_key& key) const;
    };

    /// None if the call fits all but `every` and `chance`.
    std::optional<verdict> mismatch(const condition& when, const rule_query& call) const;
    /// Of a rule that has no mismatch; fills in `made` if it decides.
    rule_trial try_fitting(std::size_t rule_index, const rule_query& call,
                           const random_stream& of_call, decision& made) const;
    /// Numbers the rules for what they draw: those put in front count down from zero.
    std::uint64_t draw_key(std::size_t rule_index) const {
        return std::uint64_t{rule_index} - scenario_->put_in_front;
    }
    counters counters_for(std::size_t rule_index, const rule_query& call) const;
    counters& counters_for(std::size_t rule_index, const rule_query& call);

    scenario_ptr scenario_;
    random_stream random_;
    scenario_state state_;
    std::vector<counters> per_account_;
    std::vector<std::uint64_t> totals_;
    std::unordered_map<phone_key, counters, phone_key_hash> per_phone_;
};

}  // namespace nexo_mock::domain
