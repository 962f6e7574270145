#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/domain/world_snapshot.hpp>

#include <cstdint>
#include <optional>

namespace nexo_mock::codec {

/// What the values of a world may not go beyond.
struct world_bounds {
    const domain::scenario& rules;  ///< its own
    domain::time_point now;         ///< by its account's clock
    std::uint64_t next_delivery_seq = 0;
    std::uint64_t next_attempt_seq = 0;
};

/// Reads an entry of `deliveries` of a world of which all that stands before is read. None, and
/// complains, if it can't be read.
std::optional<domain::delivery_snapshot> read_delivery(const field& of,
                                                       const domain::world_snapshot& so_far,
                                                       const world_bounds& within);

/// Reads an entry of `attempts`, the journal, of a world of which all else is read.
std::optional<domain::sent_snapshot> read_sent(const field& of,
                                               const domain::world_snapshot& so_far,
                                               const world_bounds& within);

}  // namespace nexo_mock::codec
