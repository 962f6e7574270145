#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/scenario_source.hpp>
#include <nexo_mock/cli/terminal.hpp>
#include <nexo_mock/codec/json_writer.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace nexo_mock::cli {

namespace {

using codec::diagnostic;
using codec::severity;

constexpr const char* standard_input = "-";

struct check_options {
    std::vector<std::string> files;
    bool strict = false;
    bool json = false;
};

struct checked_file {
    std::string name;
    std::vector<diagnostic> mistakes;
};

/// A file that can't be read is a mistake like any other, at its beginning.
std::vector<diagnostic> mistakes_in(const std::string& path) {
    try {
        const auto text = path == standard_input
                              ? std::string{std::istreambuf_iterator<char>{std::cin}, {}}
                              : scenario_source::open(path).text;
        return codec::read_scenario(text).mistakes;
    } catch (const std::runtime_error& e) {
        return {{{}, "", e.what(), severity::error}};
    }
}

checked_file check(const std::string& path, bool strict) {
    checked_file checked{path == standard_input ? "<stdin>" : path, mistakes_in(path)};
    if (strict) {
        for (auto& each : checked.mistakes)
            each.level = severity::error;
    }
    return checked;
}

/// As codec::format() writes it, in colours.
void print(const diagnostic& mistake, const std::string& file, const painter& paint) {
    const auto place = file + ':' + std::to_string(mistake.at.line) + ':' +
                       std::to_string(mistake.at.column) + ':';
    const auto hue = mistake.level == severity::error ? color::red : color::yellow;
    std::cout << paint(color::bold, place) << ' '
              << paint(hue, std::string{name(mistake.level)} + ':') << ' '
              << (mistake.path.empty() ? "" : mistake.path + ": ") << mistake.message << '\n';
}

std::string as_json(const std::vector<checked_file>& files, bool all_good) {
    std::string text;
    codec::json_writer json{text};
    json.begin_object().member("ok", all_good).key("files").begin_array();
    for (const auto& [file, mistakes] : files) {
        json.begin_object().member("file", file).member("ok", !codec::has_errors(mistakes));
        json.key("diagnostics").begin_array();
        for (const auto& each : mistakes) {
            json.begin_object()
                .member("line", each.at.line)
                .member("column", each.at.column)
                .member("severity", name(each.level))
                .member("path", each.path)
                .member("message", each.message)
                .end_object();
        }
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return text;
}

int check_all(const check_options& options) {
    std::vector<checked_file> files;
    bool all_good = true;
    for (const auto& path : options.files) {
        if (path.ends_with(".schema.json")) {  // patterns like scenarios/*.json find it as well
            std::cerr << "nexo-mock: passed over " << path << ": a schema is no scenario\n";
            continue;
        }
        files.push_back(check(path, options.strict));
        all_good = all_good && !codec::has_errors(files.back().mistakes);
    }
    if (options.json) {
        std::cout << as_json(files, all_good) << '\n';
    } else {
        const auto paint = painter::of_standard_output();
        for (const auto& each : files) {
            for (const auto& mistake : each.mistakes)
                print(mistake, each.name, paint);
        }
    }
    return all_good ? exit_ok : exit_usage;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<check_options>();
    auto* command = add_command(
        app, "check", "validate scenario files",
        {.about = "Prints every mistake as FILE:LINE:COLUMN: error: /path: message, and nothing if "
                  "all is well. Warnings are printed too, and do no harm.",
         .exit_codes = {{exit_ok, "the files can be used"},
                        {exit_usage, "there is an error in one of them, or wrong usage"}},
         .environment = {},
         .examples = {{"nexo-mock check my-scenario.json", "before it is used"},
                      {"nexo-mock check --strict tests/scenarios/*.json",
                       "in CI: what hardly means what its author wanted fails, too"}}});
    command
        ->add_option("FILE", options->files,
                     "scenario files, names of built-in ones, or - for standard input")
        ->required();
    command->add_flag("--strict", options->strict, "warnings are errors");
    command->add_flag("--json", options->json, "print what was found as JSON, for editors and CI");
    command->callback([options, &exit_code] { exit_code = check_all(*options); });
}

}  // namespace nexo_mock::cli
