#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace nexo_mock::net {

/// What a client does on a connection that nobody reads from.
enum class client_sign : std::uint8_t { quiet, speaks, gone };

/// The server's side of one TLS connection. TLS can only be looked into by reading, so what comes
/// while somebody waits for the client is kept for the next read. Closing the socket ends whatever
/// is under way. On the thread of the socket's context.
class tls_channel : public std::enable_shared_from_this<tls_channel> {
 public:
    using error_code = boost::system::error_code;
    using on_io = std::function<void(const error_code&, std::size_t)>;
    using on_done = std::function<void(const error_code&)>;

    tls_channel(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& settings)
        : stream_{std::move(socket), settings} {}

    boost::asio::ip::tcp::socket& socket() { return stream_.next_layer(); }

    void handshake(on_done done);
    /// One at a time. The end of what the client sends is asio::error::eof, said or not.
    void read_some(boost::asio::mutable_buffer into, on_io done);
    /// All of it; one at a time.
    void write(boost::asio::const_buffer what, on_io done);
    /// Until there is something to read, or nothing more to come.
    void wait(on_done done);
    /// Ends read_some() and waits with asio::error::operation_aborted; nothing that came is lost.
    void cancel();

    client_sign look() const;
    void drop_unread() { begin_ = end_ = 0; }
    bool has_unread() const { return begin_ != end_; }

    /// Says good-bye in TLS and in TCP. What the client still sends is not read any more.
    void end_output(on_done done);

 private:
    void fetch();
    void serve_waiting();
    void serve_reader();

    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
    std::array<char, 4096> received_{};  // [begin_, end_) is not read yet
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    error_code ended_;  // why nothing more comes
    bool is_fetching_ = false;
    boost::asio::mutable_buffer into_;
    on_io reader_;
    std::vector<on_done> waiting_;
};

}  // namespace nexo_mock::net
