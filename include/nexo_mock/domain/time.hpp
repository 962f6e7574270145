#pragma once

#include <chrono>

namespace nexo_mock::domain {

/// Simulated time. The domain never reads a clock: every call is told the time, and it never goes
/// backwards for one account. Microseconds in UTC since 1970-01-01.
using duration = std::chrono::microseconds;
using time_point = std::chrono::sys_time<duration>;

/// No simulated time is later: the last second of the year 9999, the end of RFC 3339.
inline constexpr time_point latest{
    std::chrono::sys_days{std::chrono::year{9999} / std::chrono::December / 31} +
    std::chrono::hours{23} + std::chrono::minutes{59} + std::chrono::seconds{59}};

/// `at` and `length` together, or `latest` if that is earlier. `length` must not be negative.
constexpr time_point after(time_point at, duration length) {
    return length >= latest - at ? latest : at + length;
}

}  // namespace nexo_mock::domain
