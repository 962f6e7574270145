#pragma once

#include <nexo_mock/api/late_reply.hpp>

#include <string_view>

namespace nexo_mock::net {

/// Answers the requests of one worker's connections, on that worker's thread.
class request_handler {
 public:
    virtual ~request_handler() = default;

    /// Fills in `out`, which is reset; or calls `later` and sees to it that its result is called.
    virtual void handle(const api::request& in, api::response& out, api::defer later) = 0;

    /// Learns how bytes that are no request were answered, and why.
    virtual void refused(int status, std::string_view error, std::string_view why) = 0;
};

}  // namespace nexo_mock::net
