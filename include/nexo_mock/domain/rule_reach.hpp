#pragma once

#include <nexo_mock/domain/rule.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

/// What can be said of rules before a call comes. Never wrong, but not complete: some rules that no
/// call reaches are not found.
namespace nexo_mock::domain {

/// For each rule the index of an earlier one that decides every call it could decide; none if there
/// is no such rule.
std::vector<std::optional<std::size_t>> shadowing(std::span<const rule> rules);

/// The scenario states an account can come to be in: that of the start, and those some step sets.
std::set<std::string> reachable_states(std::span<const rule> rules);

}  // namespace nexo_mock::domain
