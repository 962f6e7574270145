#include <nexo_mock/codec/text_writer.hpp>
#include <nexo_mock/net/response_writer.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <ostream>

namespace nexo_mock::net {

namespace {

constexpr std::string_view server_name = "nexo-mock";

/// What a status line, the length, the connection and the usual headers take at most.
constexpr std::size_t most_of_a_head = 512;
constexpr std::size_t header_marks = 4;  // a colon, a blank, and the end of the line

using codec::text_writer;

text_writer& operator<<(text_writer& to, std::size_t number) {
    std::array<char, 24> digits;
    const auto* end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    return to << std::string_view{digits.begin(), end};
}

void write_status_line(text_writer& to, int status) {
    if (status == 202) {
        to << "HTTP/1.1 202 Accepted\r\n";
        return;
    }
    if (status == 200) {
        to << "HTTP/1.1 200 OK\r\n";
        return;
    }
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    to << "HTTP/1.1 " << static_cast<std::size_t>(status) << " "
       << std::string_view{reason.data(), reason.size()} << "\r\n";
}

// A scenario's own headers take the place of the usual ones.
bool names(const api::response& reply, std::string_view name) {
    return std::ranges::any_of(reply.headers, [&](const auto& header) {
        return boost::beast::iequals(header.first, {name.data(), name.size()});
    });
}

void write_header(text_writer& to, std::string_view name, std::string_view value) {
    to << name << ": " << value << "\r\n";
}

void write_usual(text_writer& to, const api::response& reply, std::string_view name,
                 std::string_view value) {
    if (reply.headers.empty() || !names(reply, name)) write_header(to, name, value);
}

void write_usual(text_writer& to, const api::response& reply, const shared_headers& shared) {
    if (reply.headers.empty() && reply.content_type == api::json_content) {
        to << shared.of_json();
        return;
    }
    write_usual(to, reply, "Server", server_name);
    write_usual(to, reply, "Date", shared.date());
    write_usual(to, reply, "Content-Type", reply.content_type);
}

void write_own(text_writer& to, const api::response& reply) {
    for (const auto& [name, value] : reply.headers)
        write_header(to, name, value);
}

std::size_t most_of_head(const api::response& reply) {
    auto most = most_of_a_head + reply.content_type.size();
    for (const auto& [name, value] : reply.headers)
        most += name.size() + value.size() + header_marks;
    return most;
}

}  // namespace

shared_headers::shared_headers(std::string_view date) : date_{date} {
    text_writer to{of_json_, most_of_a_head};
    write_header(to, "Server", server_name);
    write_header(to, "Date", date_);
    write_header(to, "Content-Type", api::json_content);
}

void append_response(std::string& out, const api::response& reply, after_reply then, body_of what,
                     const shared_headers& shared) {
    text_writer to{out, most_of_head(reply) + reply.body.size()};
    write_status_line(to, reply.status);
    write_usual(to, reply, shared);
    const bool has_body = reply.status != 204 && reply.status != 304;  // RFC 9110, 6.4.1
    if (has_body) to << "Content-Length: " << reply.body.size() << "\r\n";
    write_own(to, reply);
    if (then == after_reply::close) {
        to << "Connection: close\r\n\r\n";
    } else {
        to << "Connection: keep-alive\r\n\r\n";
    }
    if (has_body && what == body_of::reply) to << reply.body;
}

void append_stream_head(std::string& out, const api::response& reply,
                        const shared_headers& shared) {
    text_writer to{out, most_of_head(reply)};
    write_status_line(to, reply.status);
    write_header(to, "Server", server_name);
    write_header(to, "Date", shared.date());
    write_header(to, "Content-Type", reply.content_type);
    write_own(to, reply);
    to << "Connection: close\r\n\r\n";
}

std::string http_date() {
    const auto now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    // Names of days and months are English whatever the locale: nothing here sets one.
    char text[40];
    const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, size};
}

}  // namespace nexo_mock::net
