#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>

namespace nexo_mock::cli {

int fail(int code, const std::string& message) {
    std::cerr << "nexo-mock: " << message << '\n';
    return code;
}

namespace {

help_text program_help() {
    return {
        .about =
            "Your application talks to http://127.0.0.1:8484/api/v1 in place of the real "
            "service; no phone rings. A command that is not named is serve.\n\n"
            "\"nexo-mock COMMAND --help\" says more. Each option of serve and exec can be set "
            "by an environment variable, NEXO_MOCK_PORT for --port and so on; a flag goes "
            "before it.",
        .exit_codes = {{exit_ok, "all went well"},
                       {exit_failed, "a failure at run time, as a port that is in use"},
                       {exit_usage, "wrong usage, scenario or configuration"},
                       {exit_unverified, "exec --verify found something that should not be"}},
        .environment = {{"NO_COLOR", "if it is set, nothing is printed in colours"}},
        .examples = {{"nexo-mock", "an emulator on http://127.0.0.1:8484"},
                     {"nexo-mock --port 0 --clock manual --json",
                      "for a suite of tests: a free port, and time that moves only when told"},
                     {"nexo-mock exec --scenario flaky --verify -- npm test",
                      "the tests with an emulator around them, which also have to leave nothing "
                      "behind"}}};
}

/// The words of a command line.
struct command_line {
    std::vector<std::string> ours;
    std::vector<std::string> of_child;  ///< behind the "--" of exec, none of which is read
};

/// `serve` is the command that need not be named.
command_line read_words(int argc, char** argv) {
    std::vector<std::string> words{argv + 1, argv + argc};
    const bool names_none = words.empty() || words.front().starts_with('-');
    const bool asks = !words.empty() && (words.front() == "-h" || words.front() == "--help" ||
                                         words.front() == "--version");
    if (names_none && !asks) words.insert(words.begin(), "serve");
    if (words.front() != "exec") return {std::move(words), {}};
    const auto dashes = std::ranges::find(words, "--");
    command_line split{{words.begin(), dashes}, {}};
    if (dashes != words.end()) split.of_child.assign(dashes + 1, words.end());
    return split;
}

/// What a word that is no command may have been.
std::string meant_by(const std::string& word, const std::vector<const CLI::App*>& commands) {
    if (word.ends_with(".json")) return ", did you mean --scenario " + word + "?";
    std::vector<std::string> names;
    for (const auto* each : commands) {
        if (!each->get_group().empty()) names.push_back(each->get_name());
    }
    const std::vector<std::string_view> candidates{names.begin(), names.end()};
    return codec::did_you_mean(word, candidates);
}

/// `unknown option "--prot" (did you mean "--port"?)`; empty if something else is left over.
std::string unknown_option(const CLI::App& app) {
    for (const auto* command : app.get_subcommands()) {
        const auto options = command->get_options(
            [](const CLI::Option* each) { return !each->get_lnames().empty(); });
        std::vector<std::string> names;
        for (const auto* each : options)
            names.push_back("--" + each->get_lnames().front());
        const std::vector<std::string_view> candidates{names.begin(), names.end()};
        for (const auto& word : command->remaining()) {
            if (!word.starts_with('-') && command->get_name() == "serve") {
                auto message = '"' + word;
                message += "\" is no option, did you mean --scenario ";
                return message + word + '?';
            }
            if (!word.starts_with('-')) continue;
            const auto* hint = command->get_name() == "exec"
                                   ? "; the command and its own options go behind \"--\""
                                   : "";
            return "unknown option \"" + word + '"' + codec::did_you_mean(word, candidates) + hint;
        }
    }
    return {};
}

/// All commands, in the order in which they are shown.
void add_commands(CLI::App& app, int& exit_code, const std::vector<std::string>& of_child) {
    add_serve(app, exit_code);
    add_exec(app, exit_code, of_child);
    add_check(app, exit_code);
    add_explain(app, exit_code);
    add_listen(app, exit_code);
    add_sign(app, exit_code);
    add_verify(app, exit_code);
    add_ready(app, exit_code);
    add_completion(app, exit_code);
    add_version(app, exit_code);
    add_manual(app, exit_code);
}

int run(int argc, char** argv) {
    const auto program = make_program("nexo-mock " + std::string{version} +
                                          ": an emulator of the NEXO ROUTE API (OTP by voice "
                                          "call)",
                                      program_help());
    auto& app = *program;
    app.set_version_flag("--version", "nexo-mock " + std::string{version},
                         "print the version and exit");
    app.require_subcommand(1);
    int exit_code = exit_ok;
    auto line = read_words(argc, argv);
    add_commands(app, exit_code, line.of_child);
    if (const auto& first = line.ours.front(); !first.starts_with('-')) {
        const auto commands = std::as_const(app).get_subcommands({});
        if (std::ranges::find(commands, first, &CLI::App::get_name) == commands.end()) {
            return fail(exit_usage, "unknown command \"" + first + '"' + meant_by(first, commands) +
                                        " (see nexo-mock --help)");
        }
    }
    try {
        std::ranges::reverse(line.ours);  // as CLI11 takes them
        app.parse(std::move(line.ours));
    } catch (const CLI::CallForHelp& asked) {
        return app.exit(asked);
    } catch (const CLI::CallForVersion& asked) {
        return app.exit(asked);
    } catch (const CLI::ExtrasError& wrong) {
        const auto option = unknown_option(app);
        return fail(exit_usage,
                    (option.empty() ? wrong.what() : option) + " (see nexo-mock --help)");
    } catch (const CLI::ParseError& wrong) {
        return fail(exit_usage, std::string{wrong.what()} + " (see nexo-mock --help)");
    } catch (const wrong_usage& wrong) {
        return fail(exit_usage, wrong.what());
    }
    return exit_code;
}

}  // namespace

}  // namespace nexo_mock::cli

int main(int argc, char** argv) {
    // As errors of what is written they are told, and nothing else ends.
    for (const auto each : {SIGPIPE, SIGXFSZ})
        std::signal(each, SIG_IGN);
    try {
        return nexo_mock::cli::run(argc, argv);
    } catch (const std::exception& e) {
        return nexo_mock::cli::fail(nexo_mock::cli::exit_failed, e.what());
    }
}
