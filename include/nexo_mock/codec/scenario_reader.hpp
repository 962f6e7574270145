#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/scenario.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

inline constexpr std::size_t most_rules = 10'000;  ///< of a scenario

/// A scenario, and all that is wrong with it.
struct scenario_reading {
    domain::scenario_ptr scenario;     ///< null if there are errors; warnings do no harm
    std::vector<diagnostic> mistakes;  ///< in the order of the text
};

/// Reads a scenario file: JSON with comments and trailing commas, as docs/scenarios.md describes
/// it.
scenario_reading read_scenario(std::string_view text);

/// Reads a scenario that stands inside another document, collecting mistakes in the field. What it
/// answers is of use only if there were no errors.
domain::scenario read_scenario(const field& of);

}  // namespace nexo_mock::codec
