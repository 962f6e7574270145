#pragma once

#include <nexo_mock/codec/http_url.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nexo_mock::net {

struct client_settings {
    std::chrono::milliseconds idle{1'000};  ///< how long an unused connection is kept
    std::size_t idle_per_target = 64;
    std::size_t reply_bytes = 64 * 1024;  ///< of a reply's body; the rest is not read
    std::string ca_file;                  ///< trusted besides the system's authorities
    bool insecure = false;                ///< certificates are not verified
};

struct client_request {
    std::string method = "POST";
    codec::http_url url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::microseconds timeout{10'000'000};  ///< for the exchange, connecting included
    /// Asked right before it is sent, and by cancel_unwanted(); null: it is.
    std::function<bool()> is_wanted;
};

struct client_reply {
    int status = 0;     ///< 0 if none came
    std::string error;  ///< why none came: "timeout", "connection refused", …
    std::string body;   ///< its beginning
    std::string content_type;
    std::chrono::microseconds took{};
};

/// Sends HTTP requests over connections that are kept for the next one. Redirects are not followed;
/// certificates and their names are verified. One request is sent once: a connection found dead is
/// replaced before it is used, never after. All of it on the thread of its io_context.
class http_client {
 public:
    /// Throws std::invalid_argument if the CA file can't be read.
    http_client(boost::asio::io_context& context, client_settings settings);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    /// Calls `done` once, on the context's thread, unless the context ends first.
    void send(client_request request, std::function<void(client_reply)> done);

    /// Ends what is on its way and no longer wanted, with the error "cancelled": the answer is not
    /// waited for.
    void cancel_unwanted();

    /// Closes idle connections.
    void close_idle();

 private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace nexo_mock::net
