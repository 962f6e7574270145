#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bench {

/// One HTTP/1.1 reply at the front of what has come.
struct reply_front {
    std::size_t size = 0;  ///< of head and body, in bytes
    int status = 0;
    bool is_last = false;  ///< "Connection: close": no more follow on this connection
};

/// The reply at the front of `bytes`, or nothing if more of it has to come. It is framed by
/// Content-Length or by chunks. Throws std::runtime_error if these are no such reply.
std::optional<reply_front> read_reply(std::string_view bytes);

}  // namespace bench
