#pragma once

#include <boost/system/error_code.hpp>

#include <chrono>
#include <string>

namespace nexo_mock::net {

/// What came of a request that was sent.
struct client_reply {
    int status = 0;     ///< 0 if none came
    std::string error;  ///< why none came: "timeout", "connection refused", …
    std::string body;   ///< its beginning
    std::string content_type;
    std::chrono::microseconds took{};
    bool is_kept = false;  ///< the connection serves the next request, too
};

/// Why no reply came, in words a user knows, where there are such.
std::string explain_failure(const boost::system::error_code& ec);

}  // namespace nexo_mock::net
