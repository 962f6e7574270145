#pragma once

#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/domain/world_snapshot.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// A clock, and what time it was.
struct clock_state {
    clock_setting setting;
    domain::time_point now;

    friend bool operator==(const clock_state&, const clock_state&) = default;
};

struct account_state {
    std::string key;
    std::uint64_t number = 0;  ///< in order of appearance
    clock_state clock;
    std::size_t scenario = 0;   ///< an index of the state's scenarios
    bool own_scenario = false;  ///< of this account alone
    domain::world_snapshot world;

    friend bool operator==(const account_state&, const account_state&) = default;
};

/// All that an emulator has to know to go on where another one was.
struct emulator_state {
    std::string made_by;             ///< version of nexo-mock
    domain::time_point exported_at;  ///< by the wall clock
    std::uint64_t seed = 0;
    std::uint64_t next_delivery_seq = 1;
    std::uint64_t next_request_seq = 1;
    std::uint64_t next_attempt_seq = 1;
    clock_state clock;                            ///< of accounts to come
    std::vector<domain::scenario_ptr> scenarios;  ///< the first is the one of accounts to come
    std::vector<account_state> accounts;

    /// Scenarios are compared by what they say.
    friend bool operator==(const emulator_state& a, const emulator_state& b);
};

/// What the documents of write_state() say of themselves.
inline constexpr std::string_view state_format = "nexo-mock state";
inline constexpr std::uint64_t state_version = 1;

}  // namespace nexo_mock::codec
