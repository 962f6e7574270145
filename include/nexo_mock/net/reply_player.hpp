#pragma once

#include <nexo_mock/net/connection.hpp>
#include <nexo_mock/net/wire_plan.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace nexo_mock::net {

/// Plays wire plans on one connection, one at a time: waits, sends in pieces, keeps silent. A
/// client that closes its side ends a wait early, and a silence for good. It holds nothing but a
/// timer and the bytes, and no thread. On the thread of the socket's context.
class reply_player {
 public:
    /// `intact`: the plan was played to its end. Else the client left, or stop() was called.
    using finished = std::function<void(bool intact)>;

    explicit reply_player(connection& of) : connection_{of}, timer_{of.get_executor()} {}

    /// `owner` keeps this player and the connection alive meanwhile. `done` is called once, never
    /// before play() returns. How the plan ends is the caller's to do.
    void play(wire_plan plan, std::shared_ptr<void> owner, finished done);

    /// Goes on without waits, drips and silence: all that is to be sent is sent, and that is it.
    void hurry();
    /// Ends it as soon as may be: `done(false)` comes from the context. Whoever stops it closes the
    /// connection as well, which ends a write that is under way.
    void stop();

 private:
    using clock = std::chrono::steady_clock;
    enum class stage : std::uint8_t { done, waiting, sending, silent };

    void wait_until(clock::time_point when);
    void on_timer();
    void send_piece();
    void on_sent();
    void keep_silent();
    void watch_client();
    void on_readable();
    void finish(bool intact);

    connection& connection_;
    boost::asio::steady_timer timer_;
    wire_plan plan_;
    std::shared_ptr<void> owner_;
    finished done_;
    stage stage_ = stage::done;
    bool stopped_ = false;  // a timer that was over by then says so as any other
    std::size_t sent_pieces_ = 0;
    clock::time_point first_piece_;
};

}  // namespace nexo_mock::net
