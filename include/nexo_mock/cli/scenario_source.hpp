#pragma once

#include <nexo_mock/codec/scenario_reader.hpp>

#include <optional>
#include <string>

namespace nexo_mock::cli {

/// A scenario as a command line names it.
struct scenario_source {
    std::string name;  ///< as it was given, for messages
    std::string text;
    bool is_built_in = false;

    /// The built-in scenario of that name, else the file. Throws wrong_usage that says why it can't
    /// be read and which names are built in.
    static scenario_source open(const std::string& name_or_file);
};

/// The scenario of the source. Warnings go to the log. Throws wrong_usage that lists the mistakes.
domain::scenario_ptr load_scenario(const scenario_source& source);

}  // namespace nexo_mock::cli
