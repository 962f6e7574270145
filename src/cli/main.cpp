#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/version.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace nexo_mock::cli {

int fail(int code, const std::string& message) {
    std::cerr << "nexo-mock: " << message << '\n';
    return code;
}

std::string read_file(const std::string& path) {
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    if (!file.is_open() || file.bad()) {
        throw std::runtime_error{"can't read \"" + path + "\": " + std::strerror(errno)};
    }
    return text;
}

std::string read_secret_file(const std::string& path) {
    auto secret = read_file(path);
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
        secret.pop_back();
    return secret;
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
    add_ready(app, exit_code);
    add_sign(app, exit_code);
    app.add_subcommand("version", "print the version")->callback([] {
        std::cout << "nexo-mock " << version << '\n';
    });
    try {
        app.parse(with_command(argc, argv));
    } catch (const CLI::CallForHelp& asked) {
        return app.exit(asked);
    } catch (const CLI::CallForVersion& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        return fail(exit_usage, std::string{wrong.what()} + " (see nexo-mock --help)");
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
