#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace nexo_mock::api {

/// A reply's body that goes on, until its source or the client ends it. It is pulled: whoever sends
/// it asks for more once everything before is written, so a slow client makes nothing pile up. All
/// calls come from one thread.
class reply_stream {
 public:
    enum class next : std::uint8_t {
        more,  ///< there may be more at once
        wait,  ///< there is nothing more now; see when_more()
        end,   ///< there will never be more
    };

    virtual ~reply_stream() = default;

    /// Appends what comes next, at most about `most` bytes.
    virtual next read(std::string& out, std::size_t most) = 0;
    /// Calls `wake` once, from any thread, as soon as read() has something to give. Only after
    /// read() answered `wait`.
    virtual void when_more(std::function<void()> wake) = 0;
    /// What shows a silent client that the connection lives.
    virtual std::string_view heartbeat() const = 0;
};

}  // namespace nexo_mock::api
