#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Time of one core since the machine started, in ticks.
struct core_time {
    std::uint64_t busy = 0;
    std::uint64_t all = 0;
};

/// Nanoseconds on a core of a process, all its threads, and its children. What has ended by now is
/// not counted; 0 if the process is gone.
std::uint64_t cpu_ns_of(pid_t process);
/// The same of this process.
std::uint64_t own_cpu_ns();
/// One for each core. Time that a hypervisor gave to others counts as busy.
std::vector<core_time> core_times();

}  // namespace bench
