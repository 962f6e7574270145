#include <nexo_mock/codec/emulator_state.hpp>

#include <algorithm>
#include <tuple>

namespace nexo_mock::codec {

// All members are bound, so that a further one does not compile until it has its place here.
bool operator==(const emulator_state& a, const emulator_state& b) {
    const auto rest = [](const emulator_state& of) {
        const auto& [made_by, exported_at, seed, next_delivery_seq, next_request_seq,
                     next_attempt_seq, clock, scenarios, accounts] = of;
        return std::tie(made_by, exported_at, seed, next_delivery_seq, next_request_seq,
                        next_attempt_seq, clock, accounts);
    };
    const auto same = [](const domain::scenario_ptr& one, const domain::scenario_ptr& other) {
        return *one == *other;
    };
    return rest(a) == rest(b) && std::ranges::equal(a.scenarios, b.scenarios, same);
}

}  // namespace nexo_mock::codec
