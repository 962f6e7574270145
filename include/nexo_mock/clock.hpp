#pragma once

#include <nexo_mock/values.hpp>

#include <cstdint>
#include <optional>

namespace nexo_mock {

/// How simulated time passes.
struct clock_setting {
    enum class pace : std::uint8_t {
        real,     ///< `factor` times as fast as the wall clock
        manual,   ///< stands still until it is advanced
        instant,  ///< as real, but jumps to each due event at once, in order
    };

    pace how = pace::real;
    double factor = 1;  ///< of pace::real: 0.001 to 1,000,000
    // NOLINTNEXTLINE(readability-redundant-member-init): GCC warns of what {.how = …} leaves out.
    std::optional<time_point> start{};  ///< none: now
};

inline constexpr clock_setting real{};
inline constexpr clock_setting manual{clock_setting::pace::manual};
inline constexpr clock_setting instant{clock_setting::pace::instant};

constexpr clock_setting times_faster(double factor) {
    return {clock_setting::pace::real, factor};
}
/// The same, but time begins at that moment: tests with fixed dates.
constexpr clock_setting starting_at(time_point start, clock_setting clock = manual) {
    clock.start = start;
    return clock;
}

}  // namespace nexo_mock
