#pragma once

#include <chrono>

namespace nexo_mock::domain {

/// Simulated time. The domain never reads a clock: every call is told the time, and it never goes
/// backwards for one account. Microseconds in UTC since 1970-01-01.
using duration = std::chrono::microseconds;
using time_point = std::chrono::sys_time<duration>;

}  // namespace nexo_mock::domain
