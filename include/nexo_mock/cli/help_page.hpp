#pragma once

#include <nexo_mock/cli/command_model.hpp>

#include <string>
#include <vector>

namespace nexo_mock::cli {

/// What `--help` prints, at most 100 columns wide; examples alone may be longer. `commands`: those
/// that are listed on it.
std::string help_page(const command_model& of, const std::vector<command_model>& commands);

}  // namespace nexo_mock::cli
