#include <nexo_mock/net/response_writer.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <ostream>

namespace nexo_mock::net {

namespace {

constexpr std::string_view server_name = "nexo-mock";

void append_number(std::string& out, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, end);
}

void append_status_line(std::string& out, int status) {
    if (status == 202) {
        out += "HTTP/1.1 202 Accepted\r\n";
        return;
    }
    if (status == 200) {
        out += "HTTP/1.1 200 OK\r\n";
        return;
    }
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(status));
    out += ' ';
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    out.append(reason.data(), reason.size());
    out += "\r\n";
}

// A scenario's own headers take the place of the usual ones.
bool names(const api::response& reply, std::string_view name) {
    return std::ranges::any_of(reply.headers, [&](const auto& header) {
        return boost::beast::iequals(header.first, {name.data(), name.size()});
    });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

void append_usual(std::string& out, const api::response& reply, std::string_view name,
                  std::string_view value) {
    if (reply.headers.empty() || !names(reply, name)) append_header(out, name, value);
}

void append_usual(std::string& out, const api::response& reply, const shared_headers& shared) {
    if (reply.headers.empty() && reply.content_type == api::json_content) {
        out += shared.of_json();
        return;
    }
    append_usual(out, reply, "Server", server_name);
    append_usual(out, reply, "Date", shared.date());
    append_usual(out, reply, "Content-Type", reply.content_type);
}

}  // namespace

shared_headers::shared_headers(std::string_view date) : date_{date} {
    append_header(of_json_, "Server", server_name);
    append_header(of_json_, "Date", date_);
    append_header(of_json_, "Content-Type", api::json_content);
}

void append_response(std::string& out, const api::response& reply, after_reply then, body_of what,
                     const shared_headers& shared) {
    append_status_line(out, reply.status);
    append_usual(out, reply, shared);
    const bool has_body = reply.status != 204 && reply.status != 304;  // RFC 9110, 6.4.1
    if (has_body) {
        out += "Content-Length: ";
        append_number(out, reply.body.size());
        out += "\r\n";
    }
    for (const auto& [name, value] : reply.headers)
        append_header(out, name, value);
    out +=
        then == after_reply::close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
    if (has_body && what == body_of::reply) out += reply.body;
}

void append_stream_head(std::string& out, const api::response& reply,
                        const shared_headers& shared) {
    append_status_line(out, reply.status);
    append_header(out, "Server", server_name);
    append_header(out, "Date", shared.date());
    append_header(out, "Content-Type", reply.content_type);
    for (const auto& [name, value] : reply.headers)
        append_header(out, name, value);
    out += "Connection: close\r\n\r\n";
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
