#include <nexo_mock/net/connection.hpp>

#include <array>

namespace nexo_mock::net {

namespace asio = boost::asio;

connection::connection(tcp::socket socket, asio::ssl::context& settings)
    : plain_{socket.get_executor()},
      tls_{std::make_shared<tls_channel>(std::move(socket), settings)} {}

connection::~connection() {
    close();
}

domain::ip_address connection::peer() {
    error_code ec;
    const auto address = socket().remote_endpoint(ec).address();
    if (ec) return {};
    return address.is_v4() ? domain::ip_address::v4(address.to_v4().to_bytes())
                           : domain::ip_address{address.to_v6().to_bytes()};
}

void connection::leave_tls() {
    plain_ = std::move(tls_->socket());
    tls_.reset();
}

std::size_t connection::write_now(asio::const_buffer what) {
    if (tls_) return 0;
    error_code ec;
    if (!plain_.non_blocking()) plain_.non_blocking(true, ec);
    return plain_.write_some(what, ec);
}

client_sign connection::look() {
    if (tls_) return tls_->look();
    char byte = 0;
    error_code ec;
    plain_.non_blocking(true, ec);
    const auto peek = asio::socket_base::message_peek;
    const auto size = plain_.receive(asio::buffer(&byte, 1), peek, ec);
    if (ec == asio::error::would_block) return client_sign::quiet;
    return ec || size == 0 ? client_sign::gone : client_sign::speaks;
}

client_sign connection::drop_unread() {
    const auto sign = look();
    if (sign != client_sign::speaks) return sign;
    if (tls_) {
        tls_->drop_unread();
        return sign;
    }
    std::array<char, 4096> dropped{};
    error_code ec;
    plain_.receive(asio::buffer(dropped), 0, ec);
    return ec ? client_sign::gone : sign;
}

bool connection::has_unread() {
    error_code ec;
    return (tls_ && tls_->has_unread()) || socket().available(ec) > 0;
}

void connection::cancel() {
    if (tls_) return tls_->cancel();
    error_code ignored;
    plain_.cancel(ignored);
}

connection::error_code connection::shutdown_send() {
    error_code ec;
    plain_.shutdown(tcp::socket::shutdown_send, ec);
    return ec;
}

void connection::close() {
    error_code ignored;
    socket().close(ignored);
}

void connection::reset() {
    error_code ignored;
    socket().set_option(asio::socket_base::linger{true, 0}, ignored);
    close();
}

}  // namespace nexo_mock::net
