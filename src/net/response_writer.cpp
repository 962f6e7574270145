#include <nexo_mock/net/response_writer.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <ostream>

namespace nexo_mock::net {

namespace {

void append_number(std::string& out, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, end);
}

void append_status_line(std::string& out, int status) {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(status));
    out += ' ';
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    out.append(reason.data(), reason.size());
    out += "\r\n";
}

// A scenario's own headers may say what its own body is.
bool names_content_type(const api::response& reply) {
    return std::ranges::any_of(reply.headers, [](const auto& header) {
        return boost::beast::iequals(header.first, "Content-Type");
    });
}

}  // namespace

void append_response(std::string& out, const api::response& reply, after_reply then, body_of what,
                     std::string_view date) {
    append_status_line(out, reply.status);
    out += "Server: nexo-mock\r\nDate: ";
    out += date;
    if (!names_content_type(reply)) {
        out += "\r\nContent-Type: ";
        out += reply.content_type;
    }
    const bool has_body = reply.status != 204 && reply.status != 304;  // RFC 9110, 6.4.1
    if (has_body) {
        out += "\r\nContent-Length: ";
        append_number(out, reply.body.size());
    }
    for (const auto& [name, value] : reply.headers) {
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    }
    out += then == after_reply::close ? "\r\nConnection: close\r\n\r\n"
                                      : "\r\nConnection: keep-alive\r\n\r\n";
    if (has_body && what == body_of::reply) out += reply.body;
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
