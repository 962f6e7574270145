#pragma once

#include <nexo_mock/codec/emulator_state.hpp>
#include <nexo_mock/codec/field_reader.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// A state, or all that is wrong with its document.
struct state_reading {
    std::optional<emulator_state> state;
    std::vector<diagnostic> mistakes;  ///< errors, in the order of the text
};

/// Reads what write_state() wrote. A document that contradicts itself is refused, so that worlds
/// may be restored from any state that is answered. Of a document of another format or version only
/// that is said.
state_reading read_state(std::string_view text);

}  // namespace nexo_mock::codec
