#pragma once

#include <nexo_mock/api/vendor_api.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace nexo_mock::net {

/// What one client may cost. Each phase of a connection has a time-out of its own; it is kept by a
/// sweep, so it may come up to `sweep` late.
struct limits {
    std::uint32_t header_bytes = 16 * 1024;               ///< beyond: 431
    std::uint64_t api_body_bytes = api::max_body_bytes;   ///< beyond: 413
    std::uint64_t control_body_bytes = 16 * 1024 * 1024;  ///< beyond: 413
    std::uint64_t state_body_bytes = 64 * 1024 * 1024;    ///< of PUT /_mock/state; beyond: 413
    std::size_t pipelined_bytes = 256 * 1024;  ///< replies collected before they are written
    std::size_t pipelined_requests = 16;       ///< answered in a row, before others have their turn
    bool keep_headers = false;                 ///< in api::request::headers
    std::size_t connections = 32'768;          ///< of one worker; beyond: closed at once

    std::chrono::milliseconds handshake{15'000};  ///< of TLS
    std::chrono::milliseconds idle{75'000};       ///< between requests
    std::chrono::milliseconds header{15'000};     ///< from the first byte to the end of the header
    std::chrono::milliseconds body{30'000};
    std::chrono::milliseconds write{30'000};
    std::chrono::milliseconds heartbeat{15'000};  ///< of a stream that has nothing to say
    std::chrono::milliseconds linger{2'000};  ///< for the client to read an error before the close
    std::chrono::milliseconds sweep{250};
};

}  // namespace nexo_mock::net
