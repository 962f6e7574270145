#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/domain/rule.hpp>

#include <cstddef>
#include <cstdint>

namespace nexo_mock::codec {

/// What becomes of API keys and webhook secrets where a scenario is written.
/// What stands in the place of a secret that is masked.
inline constexpr std::string_view masked_secret = "\u2026";

enum class secrets : std::uint8_t {
    shown,
    masked,  ///< keys as domain::masked_key() has them, secrets as "…"; not for reading back
};

/// Appends one entry of `rules`, so that read_rule() reads the same rule. What is as usual is left
/// out. `number` is its place in the list, counted from 1, which gives the name of a rule that has
/// none; without it the name is always written. Of `when.key` it masks what names one key; a
/// pattern stays as it is.
void write_rule(json_writer& out, const domain::rule& of, secrets how, std::size_t number = 0);

}  // namespace nexo_mock::codec
