#pragma once

#include "socket.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace bench {

/// What TLS connections share: a client of TLS 1.3 alone, which trusts whoever answers.
class tls_client {
 public:
    tls_client();
    SSL_CTX* get() const { return context_.get(); }

 private:
    struct release {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    std::unique_ptr<SSL_CTX, release> context_;
};

/// A connection that carries bytes, plain or by TLS, and never waits.
class channel {
 public:
    channel() = default;
    explicit channel(descriptor socket) : socket_{std::move(socket)} {}
    /// Shakes hands, which waits. Throws std::runtime_error if that fails.
    channel(descriptor socket, const tls_client& tls);

    int number() const { return socket_.get(); }
    bool is_open() const { return static_cast<bool>(socket_); }
    bool is_tls() const { return ssl_ != nullptr; }

    /// Sends all of it. Throws std::runtime_error if that can't be done at once: what this tool
    /// sends fits into any socket's buffer, as long as the other side reads.
    void send(std::string_view bytes);

    enum class state : unsigned char { open, closed };
    struct arrival {
        std::size_t size = 0;  ///< nothing has come if it is 0 and the channel is open
        state then = state::open;
    };
    arrival receive(std::span<char> into);

 private:
    struct release {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    descriptor socket_;
    std::unique_ptr<SSL, release> ssl_;
};

}  // namespace bench
