#pragma once

#include "socket.hpp"
#include "webhook_books.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bench {

/// Takes webhooks in one thread, and fails as often, and in as many ways, as their fates say. The
/// last part of the path is the account they are of. `GET /` answers with the books.
class unreliable_receiver {
 public:
    explicit unreliable_receiver(webhook_books books);

    /// Free, of 127.0.0.1.
    std::uint16_t port() const { return port_of(listening_); }
    /// Until SIGTERM or SIGINT. Throws std::runtime_error for what is no webhook.
    void run();

 private:
    struct connection {
        descriptor socket;
        std::string in;
    };

    void accept_all();
    void take_input(int number);
    /// Whether the connection goes on.
    bool take_requests(connection& from);
    bool take_request(connection& from, std::string_view head, std::string_view body);

    webhook_books books_;
    descriptor listening_;
    descriptor signals_;
    descriptor epoll_;
    std::unordered_map<int, connection> connections_;
};

}  // namespace bench
