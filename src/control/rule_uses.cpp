#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/control/rule_uses.hpp>

#include <algorithm>
#include <optional>

namespace nexo_mock::control {

namespace {

/// Whether the rules say the same; where they were put, one may have to match and one not.
bool say_the_same(const domain::rule& a, const domain::rule& b) {
    return a.name == b.name && a.when == b.when && a.steps == b.steps && a.end == b.end &&
           a.per == b.per;
}

/// Where an account has the rule that has this place in `shown`. What is put goes in front, so
/// counted from the end all others keep their places.
std::optional<std::size_t> place_in(const domain::scenario& own, const domain::scenario& shown,
                                    std::size_t place) {
    const auto& wanted = shown.rules[place];
    const auto from_end = shown.rules.size() - place;
    if (from_end <= own.rules.size()) {
        const auto same_place = own.rules.size() - from_end;
        if (say_the_same(own.rules[same_place], wanted)) return same_place;
    }
    for (std::size_t i = 0; i < std::min(own.put_in_front, own.rules.size()); ++i) {
        if (say_the_same(own.rules[i], wanted)) return i;
    }
    return std::nullopt;
}

}  // namespace

void add_uses(std::vector<std::uint64_t>& used, const domain::scenario& shown,
              const domain::world& by) {
    used.resize(std::max(used.size(), shown.rules.size()));
    const auto& own = by.scenario();
    for (std::size_t i = 0; i < shown.rules.size(); ++i) {
        const auto place = &own == &shown ? std::optional{i} : place_in(own, shown, i);
        if (place) used[i] += by.rules().times_used(*place);
    }
}

bool is_full(host& of_all, const scope& which) {
    bool found = of_all.scenario(which)->rules.size() >= codec::most_rules;
    of_all.visit(which, [&](const visited_account& account) {
        found = found || account.world.scenario().rules.size() >= codec::most_rules;
    });
    return found;
}

}  // namespace nexo_mock::control
