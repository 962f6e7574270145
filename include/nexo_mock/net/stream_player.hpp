#pragma once

#include <nexo_mock/api/reply_stream.hpp>
#include <nexo_mock/net/client_watch.hpp>
#include <nexo_mock/net/connection.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace nexo_mock::net {

/// Sends a reply_stream over one connection: a piece is asked for once the one before it is
/// written. On the thread of the socket's context.
class stream_player : public std::enable_shared_from_this<stream_player> {
 public:
    stream_player(connection& of, std::shared_ptr<api::reply_stream> source)
        : connection_{of}, source_{std::move(source)}, watch_{of} {}

    /// Sends `head` and then what the source gives. `owner` keeps the connection alive meanwhile;
    /// `done` is called once, when the source has ended, the client has left or stop() was called.
    void play(std::string head, std::shared_ptr<void> owner, std::function<void()> done);

    /// How long the write under way has taken; zero if there is none.
    std::chrono::steady_clock::duration written_for() const;
    /// Shows the client that the connection lives, if nothing else does.
    void beat();
    void stop();

 private:
    void go_on();
    void write();
    void wait();
    void finish();

    connection& connection_;
    std::shared_ptr<api::reply_stream> source_;
    client_watch watch_;
    std::shared_ptr<void> owner_;
    std::function<void()> done_;
    std::string output_;
    bool is_writing_ = false;
    std::chrono::steady_clock::time_point write_began_;
    bool has_ended_ = false;
};

}  // namespace nexo_mock::net
