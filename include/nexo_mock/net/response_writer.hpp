#pragma once

#include <nexo_mock/api/message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace nexo_mock::net {

enum class after_reply : std::uint8_t { keep_alive, close };
enum class body_of : std::uint8_t {
    reply,
    head
};  ///< HEAD: the length is told, the body is not sent

/// Appends status line, headers and body, ready to be written. `date` is the value of the Date
/// header.
void append_response(std::string& out, const api::response& reply, after_reply then, body_of what,
                     std::string_view date);

/// The head of a reply whose body ends with the connection.
void append_stream_head(std::string& out, const api::response& reply, std::string_view date);

inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

/// Now, as HTTP writes it (RFC 9110, 5.6.7).
std::string http_date();

}  // namespace nexo_mock::net
