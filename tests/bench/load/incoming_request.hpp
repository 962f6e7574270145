#pragma once

#include "socket.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

// What the receivers of webhooks have in common.

namespace bench {

/// Sizes of a request.
struct request_extent {
    std::size_t head = 0;  ///< with the empty line
    std::size_t body = 0;
};

/// The first request in the bytes, or nothing if more of it has to come. A request other than GET
/// has to have a Content-Length: throws std::runtime_error.
std::optional<request_extent> find_request(std::string_view bytes);

/// Readable once SIGTERM or SIGINT has come. Throws std::system_error.
descriptor take_end_signals();

}  // namespace bench
