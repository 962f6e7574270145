#pragma once

#include <nexo_mock/net/connection.hpp>

#include <functional>
#include <memory>

namespace nexo_mock::net {

/// Notices that the client of a connection closes its side while nothing is read from it. Bytes
/// that come meanwhile are left where they are, and end the watch: they are the next request.
/// On the thread of the socket's context.
class client_watch {
 public:
    explicit client_watch(connection& of) : connection_{of} {}

    /// Calls `gone` once the client has closed, unless stop() comes first. `owner` keeps this watch
    /// alive, which is needed until the socket is closed or the client has said something.
    void start(std::shared_ptr<void> owner, std::function<void()> gone);
    void stop() { gone_ = nullptr; }
    /// Calls `gone` now, if it may still be called: nobody is to wait any longer.
    void give_up();

 private:
    void look();

    connection& connection_;
    std::function<void()> gone_;
    std::shared_ptr<void> owner_;
    bool is_waiting_ = false;  // a look that was overtaken by stop() is used by the next start()
};

}  // namespace nexo_mock::net
