#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

/// The commands of the executable. Each adds its options to `app` and, once they are read, sets
/// `exit_code`.
namespace nexo_mock::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< at run time
inline constexpr int exit_usage = 2;   ///< wrong usage, scenario or configuration

inline constexpr int default_port = 8484;

void add_serve(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_ready(CLI::App& app, int& exit_code);
void add_sign(CLI::App& app, int& exit_code);

/// Prints "nexo-mock: <message>" on standard error and answers `code`.
int fail(int code, const std::string& message);

/// The whole of a file; throws std::runtime_error that names it.
std::string read_file(const std::string& path);

/// As read_file(), without the line end a secret's file ends with.
std::string read_secret_file(const std::string& path);

}  // namespace nexo_mock::cli
