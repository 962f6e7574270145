#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/step.hpp>

namespace nexo_mock::codec {

/// Reads one step of a rule's `then`, collecting mistakes in the field. What stands beside a
/// `one_of` is handed down to those of its steps that do not say it themselves.
domain::step read_step(const field& of);

}  // namespace nexo_mock::codec
