#pragma once

#include <nexo_mock/domain/world.hpp>

#include <cstdint>
#include <vector>

namespace nexo_mock::control {

/// Adds how often each rule of a scenario, by index, decided calls of an account. An account that
/// got rules of its own in front of them still uses them.
void add_uses(std::vector<std::uint64_t>& used, const domain::scenario& shown,
              const domain::world& by);

}  // namespace nexo_mock::control
