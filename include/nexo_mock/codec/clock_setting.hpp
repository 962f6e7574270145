#pragma once

#include <nexo_mock/domain/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

enum class clock_mode : std::uint8_t {
    real,     ///< as fast as the wall clock
    scaled,   ///< `factor` times as fast
    manual,   ///< moves only when told
    instant,  ///< as real, but jumps to each due event at once, in order
};

/// How simulated time passes, as `--clock` and PUT /_mock/clock write it: "real", "x60", "manual",
/// "instant"; with "@2026-05-26T10:00:00Z" behind it, time begins there instead of now.
struct clock_setting {
    clock_mode mode = clock_mode::real;
    double factor = 1;
    std::optional<domain::time_point> start;

    friend bool operator==(const clock_setting&, const clock_setting&) = default;
};

/// The forms above, for messages.
inline constexpr std::string_view clock_forms =
    R"("real", "x60" (sixty times faster), "manual" or "instant", with "@2026-05-26T10:00:00Z" behind it to begin there)";

std::optional<clock_setting> parse_clock(std::string_view text);

/// Without the start: "real", "x60", "manual", "instant". parse_clock() reads the same factor
/// again.
std::string format_clock(const clock_setting& setting);

}  // namespace nexo_mock::codec
