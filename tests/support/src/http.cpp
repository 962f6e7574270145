#include <support/http.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

namespace support {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

connection::connection() : own_{std::make_unique<asio::io_context>()}, socket_{*own_} {}

connection::connection(std::uint16_t port) : connection{} {
    open(port);
}

connection::connection(std::uint16_t port, asio::io_context& shared) : socket_{shared} {
    open(port);
}

connection connection::narrow(std::uint16_t port) {
    connection made;
    made.socket_.open(tcp::v4());
    made.socket_.set_option(asio::socket_base::receive_buffer_size{4096});
    made.open(port);
    return made;
}

void connection::open(std::uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
}

void connection::write(std::string_view bytes) {
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()));
}

http_reply connection::read(std::string_view method) {
    http::response_parser<http::string_body> parser;
    if (method == "HEAD") parser.skip(true);
    http::read(socket_, buffer_, parser);
    return parser.release();
}

std::string connection::read_to_end() {
    error_code ignored;
    return read_to_end(ignored);
}

std::string connection::read_to_end(error_code& end) {
    std::string rest{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    asio::read(socket_, asio::dynamic_buffer(rest), end);
    return rest;
}

bool connection::read_until(std::string& text, const std::string& mark) {
    error_code ec;
    asio::read_until(socket_, asio::dynamic_buffer(text), mark, ec);
    return !ec;
}

bool connection::is_silent() {
    error_code ec;
    socket_.non_blocking(true, ec);
    char byte = 0;
    const auto peek = asio::socket_base::message_peek;
    socket_.receive(asio::buffer(&byte, 1), peek, ec);
    const bool nothing = ec == asio::error::would_block && buffer_.size() == 0;
    socket_.non_blocking(false, ec);
    return nothing;
}

void connection::vanish() {
    socket_.set_option(asio::socket_base::linger{true, 0});
    socket_.close();
}

void connection::shut_down_sending() {
    socket_.shutdown(tcp::socket::shutdown_send);
}

}  // namespace support
