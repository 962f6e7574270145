#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/rule.hpp>

namespace nexo_mock::codec {

/// Reads one entry of `rules`, collecting mistakes in the field; `number` counts from 1 and names a
/// rule that has no name. What it answers is of use only if there were none.
domain::rule read_rule(const field& of, std::size_t number);

}  // namespace nexo_mock::codec
