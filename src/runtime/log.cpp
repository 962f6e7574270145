#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/sim_clock.hpp>

#include <array>
#include <atomic>
#include <poll.h>
#include <unistd.h>

namespace nexo_mock::runtime {

namespace {

// Of the whole process, as standard error is.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<log_level> least_level = log_level::info;
std::atomic<log_format> line_format = log_format::text;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warn", "error", "off"};

std::string_view name(log_level level) {
    return level_names[static_cast<std::size_t>(level)];
}

using field_list = std::initializer_list<std::pair<std::string_view, std::string>>;

std::string text_line(log_level level, std::string_view message, field_list fields) {
    auto line = codec::format_millis(wall_time()) + ' ';
    line += name(level);
    line += ' ';
    line += message;
    for (const auto& [key, value] : fields) {
        if (value.empty()) continue;
        line += ' ';
        line += key;
        line += '=';
        const bool is_plain = value.find_first_of(" \"=\n\r\t") == std::string::npos;
        if (is_plain) {
            line += value;
        } else {
            codec::json_writer{line}.value(value);  // quoted, and on one line
        }
    }
    return line;
}

std::string json_line(log_level level, std::string_view message, field_list fields) {
    std::string line;
    codec::json_writer json{line};
    json.begin_object()
        .member("time", codec::format_millis(wall_time()))
        .member("level", name(level))
        .member("message", message);
    for (const auto& [key, value] : fields) {
        if (!value.empty()) json.member(key, value);
    }
    json.end_object();
    return line;
}

}  // namespace

std::optional<log_level> log_level_named(std::string_view text) {
    for (std::size_t i = 0; i < level_names.size(); ++i) {
        if (level_names[i] == text) return static_cast<log_level>(i);
    }
    return std::nullopt;
}

std::optional<log_format> log_format_named(std::string_view text) {
    if (text == "text") return log_format::text;
    if (text == "json") return log_format::json;
    return std::nullopt;
}

void set_log(log_level least, log_format format) {
    least_level = least;
    line_format = format;
}

bool log_enabled(log_level level) {
    return level >= least_level.load(std::memory_order_relaxed);
}

void log(log_level level, std::string_view message, field_list fields) {
    if (!log_enabled(level)) return;
    auto line = line_format == log_format::json ? json_line(level, message, fields)
                                                : text_line(level, message, fields);
    domain::mask_keys(line);
    line += '\n';
    // A pipe that nobody reads must not hold up the emulator. One that can be written has room for
    // a line; one call writes it, so that lines of several threads do not mix.
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    const bool has_room = ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
    if (has_room) [[maybe_unused]]
        const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace nexo_mock::runtime
