#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace nexo_mock::runtime {

enum class log_level : std::uint8_t { debug, info, warn, error, off };
enum class log_format : std::uint8_t { text, json };

std::optional<log_level> log_level_named(std::string_view text);
std::optional<log_format> log_format_named(std::string_view text);

/// Of the whole process; info and text until set. Any thread may call any of these.
void set_log(log_level least, log_format format);
bool log_enabled(log_level level);

/// One line on standard error, written at once; a line that can't be written is lost, nothing else.
/// Callers mask keys and leave codes out. Fields with empty values are left out.
void log(log_level level, std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string>> fields = {});

}  // namespace nexo_mock::runtime
