#pragma once

#include <nexo_mock/cli/cli11_fwd.hpp>

#include <stdexcept>
#include <string>
#include <vector>

/// The commands of the executable. Each adds its options to `app` and, once they are read, sets
/// `exit_code`.
namespace nexo_mock::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;      ///< at run time
inline constexpr int exit_usage = 2;       ///< wrong usage, scenario or configuration
inline constexpr int exit_unverified = 3;  ///< exec --verify

inline constexpr int default_port = 8484;

void add_serve(CLI::App& app, int& exit_code);
/// `words`: the command that it runs, known when the options are read.
void add_exec(CLI::App& app, int& exit_code, const std::vector<std::string>& words);
void add_check(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_listen(CLI::App& app, int& exit_code);
void add_sign(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_ready(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);
/// Hidden: packages are made with it.
void add_manual(CLI::App& app, int& exit_code);

/// Prints "nexo-mock: <message>" on standard error and answers `code`.
int fail(int code, const std::string& message);

/// A mistake of the user's, in words; the command ends with exit_usage.
struct wrong_usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The options of a secret: itself, or a file that holds it.
struct secret_options {
    std::string text;
    std::string file;
    std::string env;  ///< the variable that holds it where no flag does; with _FILE, its file

    /// As `flag` and `flag`-file; `variable` is the environment's.
    void add_to(CLI::App& command, const std::string& flag, const std::string& variable,
                const std::string& help);
    /// By flags, not by the environment.
    bool is_given() const { return !text.empty() || !file.empty(); }
    /// What was given: the flags go before the environment; empty if nothing was. Throws
    /// wrong_usage if both forms were given in one place, or the file can't be read.
    std::string resolve() const;
};

}  // namespace nexo_mock::cli
