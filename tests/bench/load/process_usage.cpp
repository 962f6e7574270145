#include "process_usage.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bench {

namespace {

namespace fs = std::filesystem;

std::uint64_t cpu_ns_of_thread(const fs::path& folder) {
    std::ifstream file{folder / "schedstat"};
    std::uint64_t ns = 0;
    return file >> ns ? ns : 0;
}

}  // namespace

std::uint64_t cpu_ns_of(pid_t process) {
    std::uint64_t sum = 0;
    std::error_code error;
    for (const auto& thread :
         fs::directory_iterator{"/proc/" + std::to_string(process) + "/task", error}) {
        sum += cpu_ns_of_thread(thread.path());
        std::ifstream children{thread.path() / "children"};
        for (pid_t child = 0; children >> child;)
            sum += cpu_ns_of(child);
    }
    return sum;
}

std::uint64_t own_cpu_ns() {
    timespec spent{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<std::uint64_t>(spent.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(spent.tv_nsec);
}

std::vector<core_time> core_times() {
    std::vector<core_time> cores;
    std::ifstream file{"/proc/stat"};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("cpu") || line.starts_with("cpu ")) continue;
        std::istringstream fields{line};
        std::string name;
        fields >> name;
        core_time core;
        std::uint64_t ticks = 0;
        // user nice system idle iowait irq softirq steal; guests are part of user.
        for (int place = 0; place < 8 && fields >> ticks; ++place) {
            core.all += ticks;
            if (place != 3 && place != 4) core.busy += ticks;
        }
        cores.push_back(core);
    }
    return cores;
}

}  // namespace bench
