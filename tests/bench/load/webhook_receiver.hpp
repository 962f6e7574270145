#pragma once

#include "process_usage.hpp"
#include "socket.hpp"
#include "webhook_tally.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace bench {

/// Answers each webhook with 204, from one thread, and says what came: a line of JSON on standard
/// output as often as `deliveries` have had all their webhooks, and then begins anew. The same line
/// for what has come so far when it is ended by SIGTERM or SIGINT.
class webhook_receiver {
 public:
    webhook_receiver(std::uint64_t deliveries, std::vector<std::string> types);

    /// Free, of 127.0.0.1.
    std::uint16_t port() const { return port_of(listening_); }
    /// Until a signal comes. Throws std::runtime_error for what is no webhook.
    void run();

 private:
    using clock = std::chrono::steady_clock;

    struct connection {
        descriptor socket;
        std::string in;
    };

    void accept_all();
    void take_input(int number);
    void take_webhooks(connection& from);
    void count(std::string_view body);
    void report();

    std::uint64_t deliveries_;
    webhook_tally tally_;
    descriptor listening_;
    descriptor signals_;
    descriptor epoll_;
    std::unordered_map<int, connection> connections_;
    std::size_t most_connections_ = 0;
    clock::time_point first_;
    clock::time_point last_;
};

}  // namespace bench
