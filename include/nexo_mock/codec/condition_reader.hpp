#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/rule.hpp>

namespace nexo_mock::codec {

/// Reads the `when` of a rule, collecting mistakes in the field; warns of what no call can fit.
domain::condition read_condition(const field& of);

}  // namespace nexo_mock::codec
