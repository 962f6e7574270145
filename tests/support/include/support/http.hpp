#pragma once

#include <support/traffic.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace support {

using http_reply = boost::beast::http::response<boost::beast::http::string_body>;

/// A blocking connection to a server under test, for requests as raw as a test needs them.
class connection {
 public:
    explicit connection(std::uint16_t port) : connection{} { open(port); }
    /// Of a client that takes little before it reads.
    static connection narrow(std::uint16_t port) {
        connection made;
        made.socket_.open(boost::asio::ip::tcp::v4());
        made.socket_.set_option(boost::asio::socket_base::receive_buffer_size{4096});
        made.open(port);
        return made;
    }
    /// One of many: they share what costs descriptors.
    connection(std::uint16_t port, boost::asio::io_context& shared) : socket_{shared} {
        open(port);
    }

    void write(std::string_view bytes) {
        boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()));
    }

    /// The next reply. `method` tells whether it has a body.
    http_reply read(std::string_view method = "GET") {
        boost::beast::http::response_parser<boost::beast::http::string_body> parser;
        if (method == "HEAD") parser.skip(true);
        boost::beast::http::read(socket_, buffer_, parser);
        return parser.release();
    }

    /// Everything up to the server's close.
    std::string read_to_end() {
        std::string rest{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
        boost::system::error_code ec;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(rest), ec);
        return rest;
    }

    /// The server closed, and said nothing more.
    bool is_closed() { return read_to_end().empty(); }

    /// The server has neither closed nor said anything that was not read.
    bool is_silent() {
        boost::system::error_code ec;
        socket_.non_blocking(true, ec);
        char byte = 0;
        const auto peek = boost::asio::socket_base::message_peek;
        socket_.receive(boost::asio::buffer(&byte, 1), peek, ec);
        const bool nothing = ec == boost::asio::error::would_block && buffer_.size() == 0;
        socket_.non_blocking(false, ec);
        return nothing;
    }

    /// Vanishes: the server is told of it by a reset.
    void vanish() {
        socket_.set_option(boost::asio::socket_base::linger{true, 0});
        socket_.close();
    }

    void shut_down_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
    connection() : own_{std::make_unique<boost::asio::io_context>()}, socket_{*own_} {}

    void open(std::uint16_t port) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    std::unique_ptr<boost::asio::io_context> own_;
    boost::asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
};

/// A well-formed request, with a body if there is one.
inline std::string request_text(std::string_view method, std::string_view target,
                                std::string_view key = {}, std::string_view body = {},
                                std::string_view more_headers = {}) {
    std::string text{method};
    text += ' ';
    text += target;
    text += " HTTP/1.1\r\nHost: localhost\r\n";
    if (!key.empty()) {
        text += "Authorization: Bearer ";
        text += key;
        text += "\r\n";
    }
    text += more_headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    text += body;
    return text;
}

/// The body of a send.
inline std::string otp_body(std::string_view phone, std::string_view code = "482917") {
    std::string body = R"({"phone":")";
    body += phone;
    body += R"(","code":")";
    body += code;
    body += R"("})";
    return body;
}

/// One client of one server: a kept-alive connection.
class client {
 public:
    client(std::uint16_t port, std::string key) : connection_{port}, key_{std::move(key)} {}

    http_reply get(std::string_view target) { return call("GET", target); }
    http_reply post(std::string_view target, std::string_view body) {
        return call("POST", target, body);
    }
    http_reply put(std::string_view target, std::string_view body) {
        return call("PUT", target, body);
    }
    http_reply patch(std::string_view target, std::string_view body) {
        return call("PATCH", target, body);
    }
    http_reply remove(std::string_view target) { return call("DELETE", target); }
    http_reply send_otp(std::string_view phone, std::string_view code = "482917") {
        return post("/api/v1/send-otp", otp_body(phone, code));
    }
    /// The body of POST /_mock/clock/advance's reply.
    std::string advance(std::string_view goal) { return post("/_mock/clock/advance", goal).body(); }

 private:
    http_reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        connection_.write(request_text(method, target, key_, body));
        auto reply = connection_.read(method);
        traffic().record(method, target, reply.result_int(), reply["Content-Type"], reply.body());
        return reply;
    }

    connection connection_;
    std::string key_;
};

/// The string (or number) after `"name":` in a JSON text; empty if it is not there.
inline std::string json_field(std::string_view json, std::string_view name) {
    std::string mark{'"'};
    mark += name;
    mark += "\":";
    const auto at = json.find(mark);
    if (at == std::string_view::npos) return {};
    auto rest = json.substr(at + mark.size());
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return std::string{rest.substr(0, rest.find('"'))};
    }
    return std::string{rest.substr(0, rest.find_first_of(",}]"))};
}

}  // namespace support
