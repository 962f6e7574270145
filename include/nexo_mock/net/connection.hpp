#pragma once

#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/net/tls_channel.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace nexo_mock::net {

/// A client's connection, plain or through TLS, as sessions and what plays replies see it: one read
/// and one write at a time, and any number of waits. What is under way keeps the handlers, not
/// this, alive. On the thread of the socket's context.
class connection {
 public:
    using error_code = boost::system::error_code;
    using tcp = boost::asio::ip::tcp;
    using executor_type = tcp::socket::executor_type;

    explicit connection(tcp::socket socket) : plain_{std::move(socket)} {}
    /// Through TLS, once handshake() has succeeded. `settings` must outlive it.
    connection(tcp::socket socket, boost::asio::ssl::context& settings);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    bool is_tls() const { return tls_ != nullptr; }
    bool is_open() { return socket().is_open(); }
    executor_type get_executor() { return socket().get_executor(); }
    /// The client's address; unspecified if it has gone already.
    domain::ip_address peer();
    /// What carries the bytes, under TLS if there is one.
    tcp::socket& socket() { return tls_ ? tls_->socket() : plain_; }

    void handshake(tls_channel::on_done done) { tls_->handshake(std::move(done)); }
    /// After a handshake that failed because the client does not speak TLS: answers it in plain.
    void leave_tls();

    /// Handlers: (error_code, std::size_t). The end of what the client sends is asio::error::eof.
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer into, Handler done) {
        if (tls_) return tls_->read_some(into, std::move(done));
        plain_.async_read_some(into, std::move(done));
    }
    template <class Handler>
    void async_write(boost::asio::const_buffer what, Handler done) {
        if (tls_) return tls_->write(what, std::move(done));
        boost::asio::async_write(plain_, what, std::move(done));
    }
    /// Calls `done`, an (error_code), once the client says something or closes its side.
    template <class Handler>
    void async_wait(Handler done) {
        if (tls_) return tls_->wait(std::move(done));
        plain_.async_wait(tcp::socket::wait_read, std::move(done));
    }

    /// Hands over as much as the system takes at once, which may be nothing.
    std::size_t write_now(boost::asio::const_buffer what);
    /// What the client does, for whom nothing is read by it.
    client_sign look();
    /// As look(), and what the client has said is gone.
    client_sign drop_unread();
    /// Whether bytes have come that were not read.
    bool has_unread();

    /// Ends reads and waits with asio::error::operation_aborted.
    void cancel();
    /// Says that nothing more is to come, and calls `done` once that is on its way.
    template <class Handler>
    void end_output(Handler done) {
        if (tls_) return tls_->end_output(std::move(done));
        done(shutdown_send());
    }
    void close();
    /// Closes in a way that the client takes for a failure of the network.
    void reset();

 private:
    error_code shutdown_send();

    tcp::socket plain_;
    std::shared_ptr<tls_channel> tls_;
};

}  // namespace nexo_mock::net
