#pragma once

#include <nexo_mock/codec/delivery_snapshot_reader.hpp>

namespace nexo_mock::codec {

/// Reads what write_world() wrote, and complains of what contradicts itself. What it answers is of
/// use only if there was nothing to complain of.
domain::world_snapshot read_world(const field& of, const world_bounds& within);

}  // namespace nexo_mock::codec
