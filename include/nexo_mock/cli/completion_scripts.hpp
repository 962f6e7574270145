#pragma once

#include <nexo_mock/cli/command_model.hpp>

#include <string>
#include <vector>

/// Scripts that let a shell complete the commands, made from what the parser knows.
namespace nexo_mock::cli {

/// For bash 4 or later, with the package bash-completion or without.
std::string bash_completion(const std::vector<command_model>& commands);

/// For zsh, as a file of a folder in fpath or to be sourced.
std::string zsh_completion(const std::vector<command_model>& commands);

}  // namespace nexo_mock::cli
