#pragma once

#include <nexo_mock/api/function_ref.hpp>
#include <nexo_mock/api/message.hpp>

#include <functional>
#include <string_view>

namespace nexo_mock::net {

/// Sends a reply that handle() did not give at once. Callable once, from any thread; dropped
/// silently if the connection is gone by then.
using late_reply = std::function<void(api::response)>;

/// Answers the requests of one worker's connections, on that worker's thread.
class request_handler {
 public:
    virtual ~request_handler() = default;

    /// Fills in `out`, which is reset; or calls `later` and sees to it that its result is called.
    virtual void handle(const api::request& in, api::response& out,
                        api::function_ref<late_reply()> later) = 0;

    /// Learns why bytes that are no request were refused.
    virtual void refused(std::string_view why) = 0;
};

}  // namespace nexo_mock::net
