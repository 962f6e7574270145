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

/// The headers that replies have in common as long as it is the same second.
class shared_headers {
 public:
    /// `date` is the value of the Date header.
    explicit shared_headers(std::string_view date);

    std::string_view date() const { return date_; }
    /// Server, Date and Content-Type of a reply in JSON, as most are.
    std::string_view of_json() const { return of_json_; }

 private:
    std::string date_;
    std::string of_json_;
};

/// Appends status line, headers and body, ready to be written.
void append_response(std::string& out, const api::response& reply, after_reply then, body_of what,
                     const shared_headers& shared);

/// The head of a reply whose body ends with the connection.
void append_stream_head(std::string& out, const api::response& reply, const shared_headers& shared);

inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

/// Now, as HTTP writes it (RFC 9110, 5.6.7).
std::string http_date();

}  // namespace nexo_mock::net
