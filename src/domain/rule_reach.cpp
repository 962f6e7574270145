#include <nexo_mock/domain/rule_reach.hpp>
#include <nexo_mock/domain/scenario_state.hpp>

#include <algorithm>
#include <unordered_map>

namespace nexo_mock::domain {

namespace {

/// It takes every call that fits it, and goes on doing so.
bool always_decides(const rule& of) {
    return of.when.every == 1 && of.when.chance >= 1 && of.end != sequence_end::fall_through;
}

/// Whether what is compared is there in every call, or only in some.
enum class presence : std::uint8_t { always, sometimes };

bool covers(const glob_list& general, const glob_list& special, presence of_text) {
    if (general.matches_anything()) return true;
    static const glob anything{"*"};
    const auto is_covered = [&](const glob& each) {
        return std::ranges::any_of(general.globs(),
                                   [&](const glob& wide) { return wide.covers(each); });
    };
    if (!special.matches_anything()) return std::ranges::all_of(special.globs(), is_covered);
    return of_text == presence::always && is_covered(anything);
}

bool covers(const std::optional<elapsed_range>& general,
            const std::optional<elapsed_range>& special) {
    const auto wide = general.value_or(elapsed_range{});
    const auto narrow = special.value_or(elapsed_range{});
    return wide.from <= narrow.from && wide.to >= narrow.to;
}

/// Whether every call that fits `special` fits `general` too, `every` and `chance` left aside.
bool covers(const condition& general, const condition& special) {
    if (general.call && general.call != special.call) return false;
    const auto of_number =
        special.call == endpoint::send_otp ? presence::always : presence::sometimes;
    return covers(general.phone, special.phone, of_number) &&
           covers(general.code, special.code, of_number) &&
           covers(general.carrier, special.carrier, of_number) &&
           covers(general.key, special.key, presence::always) &&
           covers(general.state, special.state, presence::sometimes) &&
           covers(general.elapsed, special.elapsed);
}

/// Rules that always decide, found by whom they may hide. Those for certain numbers alone can hide
/// only others for one of these numbers, and there may be thousands of them.
class deciding_rules {
 public:
    explicit deciding_rules(std::span<const rule> all) : all_{all} {}

    void add(std::size_t index) {
        const auto& phone = all_[index].when.phone;
        const bool is_for_numbers =
            !phone.matches_anything() && std::ranges::all_of(phone.globs(), &glob::is_literal);
        if (!is_for_numbers) {
            wide_.push_back(index);
            return;
        }
        for (const auto& each : phone.globs())
            by_number_[each.text()].push_back(index);
    }

    /// The earliest that takes every call the rule could take.
    std::optional<std::size_t> hiding(const rule& of) const {
        const auto hides = [&](std::size_t earlier) { return covers(all_[earlier].when, of.when); };
        auto found = first(wide_, hides);
        if (of.when.phone.matches_anything()) return found;
        const auto same_number = by_number_.find(of.when.phone.globs().front().text());
        if (same_number == by_number_.end()) return found;
        const auto other = first(same_number->second, hides);
        return found && other ? std::min(found, other) : found ? found : other;
    }

 private:
    template <class Hides>
    static std::optional<std::size_t> first(const std::vector<std::size_t>& of, Hides hides) {
        const auto found = std::ranges::find_if(of, hides);
        return found == of.end() ? std::nullopt : std::optional{*found};
    }

    std::span<const rule> all_;
    std::vector<std::size_t> wide_;
    std::unordered_map<std::string_view, std::vector<std::size_t>> by_number_;
};

void collect_states(const step& of, std::set<std::string>& into) {
    if (of.set_state) into.insert(*of.set_state);
    const auto* options = std::get_if<choice>(&of.action);
    if (options == nullptr) return;
    for (const auto& each : options->steps)
        collect_states(each, into);
}

}  // namespace

std::vector<std::optional<std::size_t>> shadowing(std::span<const rule> rules) {
    std::vector<std::optional<std::size_t>> by(rules.size());
    deciding_rules deciding{rules};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        by[i] = deciding.hiding(rules[i]);
        if (!by[i] && always_decides(rules[i])) deciding.add(i);
    }
    return by;
}

std::set<std::string> reachable_states(std::span<const rule> rules) {
    std::set<std::string> states{std::string{scenario_state::initial}};
    for (const auto& rule : rules) {
        for (const auto& each : rule.steps)
            collect_states(each, states);
    }
    return states;
}

}  // namespace nexo_mock::domain
