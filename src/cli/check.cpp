#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>

#include <iostream>
#include <memory>

namespace nexo_mock::cli {

namespace {

/// Whether the file is a good scenario; says on standard output what is not.
bool check(const std::string& path) {
    const auto reading = codec::read_scenario(read_file(path));
    for (const auto& each : reading.mistakes)
        std::cout << codec::format(each, path) << '\n';
    return !codec::has_errors(reading.mistakes);
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    const auto files = std::make_shared<std::vector<std::string>>();
    auto* command = app.add_subcommand("check", "validate scenario files");
    command->add_option("FILE", *files, "scenario files")->required();
    command->footer(
        R"(Prints every mistake as FILE:LINE:COLUMN: error: /path: message; exit code 2 if there is any. Warnings
are printed too, and do no harm.

Examples:
  nexo-mock check my-scenario.json
  nexo-mock check tests/scenarios/*.json)");
    command->callback([files, &exit_code] {
        for (const auto& path : *files) {
            try {
                if (!check(path)) exit_code = exit_usage;
            } catch (const std::runtime_error& e) {
                exit_code = fail(exit_usage, e.what());
            }
        }
    });
}

}  // namespace nexo_mock::cli
