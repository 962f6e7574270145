#pragma once

#include <nexo_mock/net/input_buffer.hpp>
#include <nexo_mock/net/known_header.hpp>
#include <nexo_mock/net/request_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nexo_mock::net {

/// Cuts what comes on a connection into requests. What it holds of one is bounded by the limits.
/// Not for sharing between threads.
class request_reader {
 public:
    using error_code = boost::system::error_code;

    enum class progress : std::uint8_t {
        idle,      ///< there is nothing of a next request
        partial,   ///< a request has begun; the rest has not come
        complete,  ///< one was read; what is unread is behind it
        refused,   ///< what came is no request, or too much of it: see error()
    };

    /// Both must outlive it.
    request_reader(api::request& into, const limits& bounds) : request_{into}, limits_{bounds} {}

    /// Where the next bytes go, and how many came there.
    boost::asio::mutable_buffer room() { return input_.room(); }
    void add(std::size_t size) { input_.add(size); }

    /// Reads on in what has come, to the end of one request at most. After `refused` nothing more
    /// is to be asked of it.
    progress next();

    const error_code& error() const { return error_; }
    /// Whether the next request has begun.
    bool is_partial() const { return parser_.has_value(); }
    /// Of the one that has begun.
    bool is_header_done() const { return parser_->is_header_done(); }
    /// The client waits for "100 Continue" before it sends the body; true once for each request.
    bool asks_to_continue();
    /// Of the one that was complete: whether the connection may go on behind it.
    bool keeps_alive() const { return keeps_alive_; }

    /// What has come and is not read.
    bool has_unread() const { return !input_.is_empty(); }
    bool unread_begins_with(char byte) const { return input_.begins_with(byte); }

 private:
    progress refuse(const error_code& why);
    std::string_view text() const;

    api::request& request_;
    const limits& limits_;
    input_buffer input_;
    std::optional<request_parser> parser_;
    known_header known_;
    error_code error_;
    bool continued_ = false;
    bool keeps_alive_ = true;
};

}  // namespace nexo_mock::net
