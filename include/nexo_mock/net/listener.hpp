#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace nexo_mock::net {

/// Whether listening on that address or name means this machine alone. Looks names up; one that is
/// unknown is not.
bool is_loopback(const std::string& host);

/// Accepts connections on one address, on the thread of its io_context. An accept that fails is
/// tried again a little later, while clients wait in the system's queue; it never ends the
/// listener. So it is when all descriptors of the process are taken but 256, or a quarter of less
/// than 1024: webhooks need some, however many clients there are. (Of less than 64, none are kept.)
class listener {
 public:
    /// Where the next connection is served: its socket is made for that context.
    using choose_context = std::function<boost::asio::io_context&()>;
    /// Called with each connection, on the listener's thread.
    using accepted = std::function<void(boost::asio::ip::tcp::socket)>;
    /// Called with the reason once accepts begin to fail, and without one once they have succeeded
    /// for a second: not for each, since there may be many.
    using troubled = std::function<void(const std::string& why)>;

    /// Listens from now on; port 0 takes a free one. Throws std::runtime_error, which names the
    /// address and the reason.
    listener(boost::asio::io_context& context, const std::string& host, std::uint16_t port);

    void start(choose_context choose, accepted take, troubled report);

    /// Takes what waits in the backlog, closes, and calls `closed` once no connection can come any
    /// more. On the listener's thread.
    void stop(std::function<void()> closed);

    std::uint16_t port() const { return port_; }

 private:
    void accept();
    void accept_later();
    void on_failed(const std::string& why);
    void on_accepted();
    bool has_room();

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::uint16_t port_ = 0;
    choose_context choose_;
    accepted take_;
    troubled report_;
    bool is_in_trouble_ = false;
    std::chrono::steady_clock::time_point last_failure_;
    std::function<void()> closed_;  // set: stopping
};

}  // namespace nexo_mock::net
