#include <nexo_mock/net/client_watch.hpp>

#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
using boost::system::error_code;

void client_watch::start(std::shared_ptr<void> owner, std::function<void()> gone) {
    gone_ = std::move(gone);
    owner_ = std::move(owner);
    look();
}

void client_watch::give_up() {
    if (const auto gone = std::exchange(gone_, nullptr)) gone();
}

void client_watch::look() {
    if (is_waiting_) return;
    is_waiting_ = true;
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [this, keep = std::exchange(owner_, nullptr)](const error_code& failed) {
                           is_waiting_ = false;
                           const auto next_owner = owner_ ? std::exchange(owner_, nullptr) : keep;
                           if (!gone_ || !socket_.is_open()) return;
                           // Whoever cancelled an earlier look did not mean this watch.
                           if (failed == asio::error::operation_aborted || is_quiet()) {
                               owner_ = next_owner;
                               return look();
                           }
                           if (failed || has_closed()) give_up();
                       });
}

bool client_watch::is_quiet() {
    char byte = 0;
    error_code ec;
    socket_.non_blocking(true, ec);
    socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ec);
    return ec == asio::error::would_block;
}

bool client_watch::has_closed() {
    char byte = 0;
    error_code ec;
    const auto peek = asio::socket_base::message_peek;
    return socket_.receive(asio::buffer(&byte, 1), peek, ec) == 0 || ec;
}

}  // namespace nexo_mock::net
