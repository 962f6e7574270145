#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/world_snapshot.hpp>

namespace nexo_mock::codec {

/// Complains of what the parts of a world say of each other and that is not so. Each part by itself
/// must be right.
void check_world(const field& of, const domain::world_snapshot& world);

}  // namespace nexo_mock::codec
