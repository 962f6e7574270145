#include "channel.hpp"

#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

namespace bench {

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::array<char, 256> text{};
    if (const auto code = ERR_get_error(); code != 0) {
        ERR_error_string_n(code, text.data(), text.size());
        throw std::runtime_error{what + ": " + text.data()};
    }
    throw std::runtime_error{what + ": " + std::strerror(errno)};
}

}  // namespace

tls_client::tls_client() : context_{SSL_CTX_new(TLS_client_method())} {
    if (!context_ || SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION) != 1)
        fail("TLS");
    // One read of the socket for a record, not two.
    SSL_CTX_set_read_ahead(context_.get(), 1);
}

channel::channel(descriptor socket, const tls_client& tls)
    : socket_{std::move(socket)}, ssl_{SSL_new(tls.get())} {
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) fail("TLS");
    if (SSL_connect(ssl_.get()) != 1) fail("TLS handshake");
    // NOLINTBEGIN(*-pro-type-vararg): fcntl is declared so
    const auto flags = fcntl(socket_.get(), F_GETFL);
    if (flags < 0 || fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) < 0) fail("fcntl");
    // NOLINTEND(*-pro-type-vararg)
}

void channel::send(std::string_view bytes) {
    if (ssl_) {
        if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
            fail("TLS write");
        return;
    }
    const auto sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    if (static_cast<std::size_t>(sent) != bytes.size()) {
        throw std::runtime_error{"the server does not read what is sent"};
    }
}

channel::arrival channel::receive(std::span<char> into) {
    if (ssl_) {
        const auto size = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
        if (size > 0) return {.size = static_cast<std::size_t>(size)};
        const auto why = SSL_get_error(ssl_.get(), size);
        if (why == SSL_ERROR_WANT_READ) return {};
        if (why == SSL_ERROR_ZERO_RETURN) return {.then = state::closed};
        fail("TLS read");
    }
    const auto size = ::recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (size > 0) return {.size = static_cast<std::size_t>(size)};
    if (size == 0) return {.then = state::closed};
    if (errno == EAGAIN || errno == EINTR) return {};
    fail("recv");
}

}  // namespace bench
