#pragma once

#include <support/traffic.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
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
    explicit connection(std::uint16_t port);
    /// Of a client that takes little before it reads.
    static connection narrow(std::uint16_t port);
    /// One of many: they share what costs descriptors.
    connection(std::uint16_t port, boost::asio::io_context& shared);

    void write(std::string_view bytes);
    /// The next reply. `method` tells whether it has a body.
    http_reply read(std::string_view method = "GET");
    /// Everything up to the server's close.
    std::string read_to_end();
    /// The same, and how it ended.
    std::string read_to_end(boost::system::error_code& end);
    /// Reads on until the text has that mark in it; false if the server closes before.
    bool read_until(std::string& text, const std::string& mark);

    /// The server closed, and said nothing more.
    bool is_closed() { return read_to_end().empty(); }
    /// The server has neither closed nor said anything that was not read.
    bool is_silent();

    /// Vanishes: the server is told of it by a reset.
    void vanish();
    void shut_down_sending();
    boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
    connection();
    void open(std::uint16_t port);

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
