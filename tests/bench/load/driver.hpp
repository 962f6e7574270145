#pragma once

#include "channel.hpp"
#include "latency_histogram.hpp"
#include "process_usage.hpp"
#include "reply_reader.hpp"
#include "request_book.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct load_settings {
    std::uint16_t port = 0;
    std::size_t connections = 1;
    std::size_t depth = 1;  ///< requests in flight on each connection
    enum class reuse : unsigned char { keep_alive, connection_per_request };
    reuse connection_reuse = reuse::keep_alive;
    enum class transport : unsigned char { plain, tls };
    transport over = transport::plain;
    /// Requests a second on a schedule, over whichever connections are free; 0 sends the next one
    /// as soon as a reply has come.
    std::uint64_t rate = 0;
    std::chrono::nanoseconds warm_up{0};  ///< goes before what is measured
    std::chrono::nanoseconds lasting{0};  ///< of what is measured
    std::uint64_t count = 0;  ///< replies after which it ends before that; 0 for no bound
    enum class replies : unsigned char { successes, all };
    replies taken = replies::successes;  ///< what else comes ends it
    pid_t server = 0;                    ///< whose CPU time is told; 0 for nobody's
};

/// What was measured between warm-up and end.
struct load_result {
    std::uint64_t replies = 0;
    std::uint64_t bytes = 0;   ///< of these replies
    std::uint64_t opened = 0;  ///< connections, meanwhile
    std::map<int, std::uint64_t> statuses;
    /// By number of the request in the book.
    std::vector<std::map<int, std::uint64_t>> by_request;
    std::chrono::nanoseconds lasted{0};
    latency_histogram latencies;
    std::uint64_t server_cpu_ns = 0;
    std::uint64_t load_cpu_ns = 0;
    std::vector<double> busy;  ///< share of each core's time, 0 to 1
};

/// Sends requests from one thread over many connections, and measures. With a schedule a latency
/// counts from when the request was due, so that a server that stalls can't hide it; without one it
/// counts from when it was sent, and what waits behind a stall is not sent meanwhile (coordinated
/// omission).
class driver {
 public:
    driver(load_settings settings, request_book book);

    /// Throws std::runtime_error for a reply that is not to be taken, for a connection that is
    /// closed before its reply, and if nothing comes for ten seconds.
    load_result run();

 private:
    using clock = std::chrono::steady_clock;

    struct request {
        clock::time_point counts_from;  ///< when it was sent, or due
        std::size_t number = 0;         ///< in the book
    };
    struct connection {
        channel to;
        std::vector<char> in;
        std::size_t filled = 0;
        bool is_last = false;      ///< the server has said that it takes no more requests on it
        std::deque<request> sent;  ///< in flight
    };
    struct usage {
        clock::time_point at;
        std::uint64_t server_cpu_ns = 0;
        std::uint64_t load_cpu_ns = 0;
        std::uint64_t opened = 0;
        std::vector<core_time> cores;
    };

    bool is_short() const {
        return settings_.connection_reuse == load_settings::reuse::connection_per_request;
    }
    void connect(std::size_t slot);
    void send_next(connection& over, clock::time_point counts_from);
    void send_what_is_due(clock::time_point now);
    void take_input(std::size_t slot);
    void take_end(std::size_t slot);
    std::size_t take_replies(connection& from, clock::time_point now);
    bool is_taken(int status) const;
    void count(const request& of, const reply_front& reply, clock::time_point now);
    void go_on(std::size_t slot, std::size_t taken, clock::time_point now);
    void wait_for_input(clock::time_point now);
    bool is_over(clock::time_point now) const;
    void begin_measuring(clock::time_point now);
    void end_measuring(clock::time_point now);
    usage usage_now(clock::time_point now) const;
    void drain();

    load_settings settings_;
    request_book book_;
    std::optional<tls_client> tls_;
    descriptor epoll_;
    std::vector<connection> connections_;
    std::vector<std::size_t> idle_;  ///< slots without a request in flight, with a schedule alone
    std::uint64_t opened_ = 0;       ///< connections
    std::uint64_t in_flight_ = 0;
    std::uint64_t given_out_ = 0;
    clock::time_point began_;
    clock::time_point heard_;
    std::optional<usage> measuring_since_;
    bool is_draining_ = false;
    load_result result_;
};

/// As JSON.
std::string to_json(const load_result& result);

}  // namespace bench
