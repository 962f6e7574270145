#pragma once

#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/net/client_reply.hpp>
#include <nexo_mock/net/name_lookup.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace nexo_mock::net {

struct client_settings {
    std::chrono::milliseconds idle{1'000};  ///< how long an unused connection is kept
    std::size_t idle_per_target = 64;
    std::size_t reply_bytes = 64 * 1024;  ///< of a reply's body; the rest is not read
    std::string ca_file;                  ///< trusted besides the system's authorities
    bool insecure = false;                ///< certificates are not verified
    codec::allowed_targets allowed;       ///< where connections may lead
    name_lookup::resolver resolve;        ///< null: the system's
};

/// May be used again for another request, with the memory it has.
struct client_request {
    std::string method = "POST";
    std::string headers;  ///< lines, without Host and Content-Length; see add_header()
    std::string body;
    std::chrono::microseconds timeout{10'000'000};  ///< for the exchange, connecting included
    /// Asked right before it is sent, and by cancel_unwanted(); null: it is.
    std::function<bool()> is_wanted;

    /// Neither may hold the end of a line.
    void add_header(std::string_view name, std::string_view value);
};

/// Sends HTTP requests over connections that are kept for the next one. Redirects are not followed;
/// certificates and their names are verified. One request is sent once: a connection found dead is
/// replaced before it is used, never after. All of it on the thread of its io_context.
class http_client {
 public:
    /// Throws std::invalid_argument if the CA file can't be read.
    http_client(boost::asio::io_context& context, client_settings settings);
    /// Drops what is on its way.
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    /// Calls `done` once, on the context's thread and after this has returned, unless the client or
    /// the context ends first. `to` and `what` are not needed any longer then.
    void send(const codec::http_url& to, const client_request& what,
              std::function<void(client_reply)> done);

    /// Ends what is on its way and no longer wanted, with the error "cancelled": the answer is not
    /// waited for.
    void cancel_unwanted();

    /// Closes idle connections.
    void close_idle();

 private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace nexo_mock::net
