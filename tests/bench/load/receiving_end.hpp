#pragma once

#include "socket.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bench {

/// A server in one thread: cuts what comes on its connections into requests, and hands over each.
class receiving_end {
 public:
    /// Answers a request; whether its connection goes on.
    using take_request =
        std::function<bool(const descriptor& from, std::string_view head, std::string_view body)>;

    explicit receiving_end(take_request take);
    receiving_end(const receiving_end&) = delete;  // whom it hands requests to stays where it is
    receiving_end& operator=(const receiving_end&) = delete;

    /// Free, of 127.0.0.1.
    std::uint16_t port() const { return port_of(listening_); }
    /// Until SIGTERM or SIGINT. Throws std::runtime_error for what is no request, and what `take`
    /// throws.
    void run();

    /// That were open at once.
    std::size_t most_connections() const { return most_connections_; }

 private:
    struct connection {
        descriptor socket;
        std::string in;
    };

    void accept_all();
    void take_input(int number);
    bool take_requests(connection& from);

    take_request take_;
    descriptor listening_;
    descriptor signals_;
    descriptor epoll_;
    std::unordered_map<int, connection> connections_;
    std::size_t most_connections_ = 0;
};

/// False if the socket took less.
bool send_whole(const descriptor& to, std::string_view bytes);

}  // namespace bench
