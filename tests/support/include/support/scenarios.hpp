#pragma once

#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/domain/world.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

using namespace std::chrono_literals;

inline constexpr std::string_view some_key = "sk_live_test";
inline constexpr std::string_view some_phone = "+84981234567";
inline constexpr std::string_view some_code = "482915";

/// When the worlds of the tests begin: 2026-05-26T10:00:00Z, as in the vendor's samples.
inline constexpr nexo_mock::domain::time_point begin =
    std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h;

/// A scenario from its text. Throws what is wrong with it.
inline nexo_mock::domain::scenario_ptr scenario_of(std::string_view text) {
    auto reading = nexo_mock::codec::read_scenario(text);
    if (reading.scenario) return reading.scenario;
    std::string all;
    for (const auto& each : reading.mistakes)
        all += format(each, "scenario") + '\n';
    throw std::runtime_error{all};
}

/// A scenario of these rules alone: what goes between the brackets of "rules".
inline nexo_mock::domain::scenario_ptr rules_of(std::string_view rules) {
    return scenario_of("{\"rules\": [" + std::string{rules} + "]}");
}

inline nexo_mock::domain::world world_of(const nexo_mock::domain::scenario_ptr& scenario,
                                         std::uint64_t seed = 42, std::string_view key = some_key,
                                         nexo_mock::domain::world_limits limits = {}) {
    return {scenario->settings_for(key), scenario, seed, begin, limits};
}

}  // namespace support
