#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/rule_writer.hpp>
#include <nexo_mock/domain/scenario.hpp>

namespace nexo_mock::codec {

/// Appends a scenario file: one line of JSON, the same for equal scenarios. With secrets::shown,
/// read_scenario() reads an equal scenario from it. Except for the name, what is as usual is left
/// out, and so is of an account what account_defaults say.
void write_scenario(json_writer& out, const domain::scenario& of, secrets how);

}  // namespace nexo_mock::codec
