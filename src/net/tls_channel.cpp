#include <nexo_mock/net/tls_channel.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

void tls_channel::handshake(on_done done) {
    stream_.async_handshake(
        ssl::stream_base::server,
        [self = shared_from_this(), done = std::move(done)](const error_code& ec) { done(ec); });
}

void tls_channel::read_some(asio::mutable_buffer into, on_io done) {
    into_ = into;
    reader_ = std::move(done);
    if (!has_unread() && !ended_) return fetch();
    asio::post(socket().get_executor(), [self = shared_from_this()] { self->serve_reader(); });
}

void tls_channel::wait(on_done done) {
    waiting_.push_back(std::move(done));
    if (!has_unread() && !ended_) return fetch();
    asio::post(socket().get_executor(), [self = shared_from_this()] { self->serve_waiting(); });
}

void tls_channel::write(asio::const_buffer what, on_io done) {
    asio::async_write(stream_, what,
                      [self = shared_from_this(), done = std::move(done)](
                          const error_code& ec, std::size_t size) { done(ec, size); });
}

void tls_channel::fetch() {
    if (is_fetching_) return;
    is_fetching_ = true;
    begin_ = end_ = 0;
    stream_.async_read_some(asio::buffer(received_), [self = shared_from_this()](
                                                         const error_code& ec, std::size_t size) {
        self->is_fetching_ = false;
        self->end_ = size;
        // Many clients close without saying so.
        self->ended_ = ec == ssl::error::stream_truncated ? asio::error::eof : ec;
        self->serve_waiting();
        self->serve_reader();
    });
}

void tls_channel::serve_waiting() {
    for (const auto& each : std::exchange(waiting_, {}))
        each(ended_ == asio::error::operation_aborted ? ended_ : error_code{});
}

void tls_channel::serve_reader() {
    if (!reader_) return;
    if (!has_unread() && !ended_) return fetch();  // somebody dropped what had come
    const auto size = std::min(into_.size(), end_ - begin_);
    if (size != 0) std::memcpy(into_.data(), received_.data() + begin_, size);
    begin_ += size;
    std::exchange(reader_, nullptr)(size != 0 ? error_code{} : ended_, size);
}

void tls_channel::cancel() {
    auto done = [reader = std::exchange(reader_, nullptr), waiting = std::exchange(waiting_, {})] {
        for (const auto& each : waiting)
            each(asio::error::operation_aborted);
        if (reader) reader(asio::error::operation_aborted, 0);
    };
    asio::post(socket().get_executor(), std::move(done));
}

client_sign tls_channel::look() const {
    if (has_unread()) return client_sign::speaks;
    return ended_ ? client_sign::gone : client_sign::quiet;
}

void tls_channel::end_output(on_done done) {
    // As if the client had said good-bye too: its answer is not waited for.
    SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
    stream_.async_shutdown([self = shared_from_this(), done = std::move(done)](const error_code&) {
        error_code ec;
        self->socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
        done(ec);
    });
}

}  // namespace nexo_mock::net
