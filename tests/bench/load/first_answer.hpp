#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct start_settings {
    std::uint16_t port = 0;
    int core = 0;  ///< of the server; this process moves to another, if there is one
    std::string request;
    std::string log;  ///< what the server prints is appended to that file
    std::chrono::nanoseconds patience{0};
    std::vector<std::string> command;
};

/// Starts the command, asks without a pause until it answers with 2xx, and ends it again with all
/// its process group. Returns the time from before the start to the answer. Throws
/// std::runtime_error if the command ends or the patience does before that.
std::chrono::nanoseconds time_to_first_answer(const start_settings& settings);

}  // namespace bench
