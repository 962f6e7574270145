#pragma once

#include <nexo_mock/domain/world.hpp>

#include <cstdint>
#include <optional>

namespace nexo_mock::domain {

/// The smallest scenario in which a delivery happens again: in a fresh emulator, a send to the same
/// number gets the same carrier and price, the same course with the times it took here (a delivery
/// that is still `sent` stays so), and webhooks that are due, held up, copied, signed and retried
/// as here (where several webhooks drew waits of their own, as the first). How its receiver answers
/// is the receiver's. None if there is no such delivery.
std::optional<scenario> scenario_of(const world& of, std::uint64_t ordinal);

}  // namespace nexo_mock::domain
