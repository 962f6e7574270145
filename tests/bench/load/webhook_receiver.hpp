#pragma once

#include "process_usage.hpp"
#include "receiving_end.hpp"
#include "webhook_tally.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Answers each webhook with 204, from one thread, and says what came: a line of JSON on standard
/// output as often as `deliveries` have had all their webhooks, and then begins anew. The same line
/// for what has come so far when it is ended by SIGTERM or SIGINT.
class webhook_receiver {
 public:
    webhook_receiver(std::uint64_t deliveries, std::vector<std::string> types);

    /// Free, of 127.0.0.1.
    std::uint16_t port() const { return end_.port(); }
    /// Until a signal comes. Throws std::runtime_error for what is no webhook.
    void run();

 private:
    using clock = std::chrono::steady_clock;

    void take(const descriptor& from, std::string_view webhook);
    void count(std::string_view body);
    void report();

    std::uint64_t deliveries_;
    webhook_tally tally_;
    receiving_end end_;
    clock::time_point first_;
    clock::time_point last_;
};

}  // namespace bench
