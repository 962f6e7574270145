#pragma once

#include "receiving_end.hpp"
#include "webhook_books.hpp"

#include <cstdint>
#include <string_view>

namespace bench {

/// Takes webhooks in one thread, and fails as often, and in as many ways, as their fates say. The
/// last part of the path is the account they are of. `GET /` answers with the books.
class unreliable_receiver {
 public:
    explicit unreliable_receiver(webhook_books books);

    /// Free, of 127.0.0.1.
    std::uint16_t port() const { return end_.port(); }
    /// Until SIGTERM or SIGINT. Throws std::runtime_error for what is no webhook.
    void run() { end_.run(); }

 private:
    /// Whether the connection goes on.
    bool take(const descriptor& from, std::string_view head, std::string_view body);

    webhook_books books_;
    receiving_end end_;
};

}  // namespace bench
