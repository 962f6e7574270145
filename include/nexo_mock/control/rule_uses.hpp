#pragma once

#include <nexo_mock/control/host.hpp>

#include <cstdint>
#include <vector>

namespace nexo_mock::control {

/// Adds how often each rule of a scenario, by index, decided calls of an account. An account that
/// got rules of its own in front of them still uses them.
void add_uses(std::vector<std::uint64_t>& used, const domain::scenario& shown,
              const domain::world& by);

/// Whether a scenario of the scope can take no rule more, which is codec::most_rules.
bool is_full(host& of_all, const scope& which);

}  // namespace nexo_mock::control
