#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/version.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace nexo_mock::cli {

int fail(int code, const std::string& message) {
    std::cerr << "nexo-mock: " << message << '\n';
    return code;
}

namespace {

std::string environment(const char* name) {
    const auto* value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

/// A secret, or the content of its file without the line end that files end with.
std::string secret_of(const std::string& text, const std::string& path, const std::string& names) {
    if (!text.empty() && !path.empty()) throw wrong_usage{names + " exclude each other"};
    if (path.empty()) return text;
    try {
        auto secret = read_file(path);
        while (secret.ends_with('\n') || secret.ends_with('\r'))
            secret.pop_back();
        if (secret.empty()) throw wrong_usage{'"' + path + "\" is empty"};
        return secret;
    } catch (const wrong_usage&) {
        throw;
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
}

}  // namespace

void secret_options::add_to(CLI::App& command, const std::string& flag, const std::string& variable,
                            const std::string& help) {
    env = variable;
    // What was meant to hold a secret and is empty must not pass for none.
    const auto holds_something = [](const std::string& value) {
        return value.empty() ? std::string{"it is empty"} : std::string{};
    };
    command.add_option(flag, text, help + " (Env:" + variable + ")")->check(holds_something);
    command.add_option(flag + "-file", file, "a file that holds it (Env:" + variable + "_FILE)")
        ->check(holds_something);
}

std::string secret_options::resolve() const {
    if (is_given()) {
        return secret_of(text, file, "a secret and a secret's file");
    }
    return secret_of(environment(env.c_str()), environment((env + "_FILE").c_str()),
                     env + " and " + env + "_FILE");
}

namespace {

constexpr const char* footer = R"(Examples:
  nexo-mock                                    an emulator on http://127.0.0.1:8484
  nexo-mock --port 0 --clock manual --json     for a test suite that moves time itself

"nexo-mock COMMAND --help" says more. Every option of serve can be set by an environment variable,
NEXO_MOCK_PORT for --port and so on.)";

/// `serve` is the command that need not be named.
std::vector<std::string> with_command(int argc, char** argv) {
    std::vector<std::string> words{argv + 1, argv + argc};
    const bool names_none = words.empty() || words.front().starts_with('-');
    const bool asks = !words.empty() && (words.front() == "-h" || words.front() == "--help" ||
                                         words.front() == "--version");
    if (names_none && !asks) words.insert(words.begin(), "serve");
    std::ranges::reverse(words);  // as CLI11 takes them
    return words;
}

/// What a word that is no command may have been.
std::string meant_by(const std::string& word, const std::vector<const CLI::App*>& commands) {
    if (word.ends_with(".json")) return ", did you mean --scenario " + word + "?";
    std::vector<std::string> names;
    for (const auto* each : commands)
        names.push_back(each->get_name());
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
            return "unknown option \"" + word + '"' + codec::did_you_mean(word, candidates);
        }
    }
    return {};
}

int run(int argc, char** argv) {
    CLI::App app{"nexo-mock " + std::string{version} +
                     ": an emulator of the NEXO ROUTE API (OTP by voice call)",
                 "nexo-mock"};
    app.set_version_flag("--version", "nexo-mock " + std::string{version});
    app.footer(footer);
    app.require_subcommand(1);
    int exit_code = exit_ok;
    add_serve(app, exit_code);
    add_check(app, exit_code);
    add_explain(app, exit_code);
    add_ready(app, exit_code);
    add_sign(app, exit_code);
    app.add_subcommand("version", "print the version")->callback([] {
        std::cout << "nexo-mock " << version << '\n';
    });
    auto words = with_command(argc, argv);
    if (const auto& first = words.back(); !first.starts_with('-')) {
        const auto commands = std::as_const(app).get_subcommands({});
        if (std::ranges::find(commands, first, &CLI::App::get_name) == commands.end()) {
            return fail(exit_usage, "unknown command \"" + first + '"' + meant_by(first, commands) +
                                        " (see nexo-mock --help)");
        }
    }
    try {
        app.parse(std::move(words));
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
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return nexo_mock::cli::run(argc, argv);
    } catch (const std::exception& e) {
        return nexo_mock::cli::fail(nexo_mock::cli::exit_failed, e.what());
    }
}
