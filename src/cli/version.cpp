#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/version.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace nexo_mock::cli {

void add_version(CLI::App& app, int&) {
    add_command(app, "version", "print the version",
                {.about = {},
                 .exit_codes = {{exit_ok, "it was printed"}, {exit_usage, "wrong usage"}},
                 .environment = {},
                 .examples = {{"nexo-mock version", "\"nexo-mock\", a space, the number"},
                              {"nexo-mock --version", "the same"}}})
        ->callback([] { std::cout << "nexo-mock " << version << '\n'; });
}

}  // namespace nexo_mock::cli
