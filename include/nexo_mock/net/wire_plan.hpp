#pragma once

#include <nexo_mock/domain/fault.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace nexo_mock::net {

/// How a reply that is not simply written goes over the wire: what is sent, when, and how it ends.
/// All times are real.
struct wire_plan {
    /// What becomes of the connection in the end.
    enum class ending : std::uint8_t {
        go_on,  ///< as after any reply
        close,
        reset,  ///< with RST instead of FIN
    };

    domain::duration wait{};     ///< before the first byte
    std::string bytes;           ///< may be empty
    std::size_t pieces = 1;      ///< in which the bytes are sent
    domain::duration spread{};   ///< between the first piece and the last
    domain::duration silence{};  ///< after the last byte, or until the client leaves
    ending then = ending::go_on;
};

/// The plan for a whole, well-formed reply that goes out in that manner. One small function for
/// each kind of fault does the difference.
wire_plan plan_reply(std::string whole_reply, const domain::reply_manner& manner);

}  // namespace nexo_mock::net
