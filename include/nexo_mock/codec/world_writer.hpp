#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/domain/world_snapshot.hpp>

namespace nexo_mock::codec {

/// Appends a world as it stands in a state document; each delivery begins a line.
void write_world(json_writer& out, const domain::world_snapshot& of);

}  // namespace nexo_mock::codec
