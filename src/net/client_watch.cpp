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
                           owner_.reset();
                           if (failed || !gone_) return;
                           error_code ec;
                           socket_.non_blocking(true, ec);
                           char byte = 0;
                           const auto peek = asio::socket_base::message_peek;
                           const auto size = socket_.receive(asio::buffer(&byte, 1), peek, ec);
                           if (ec == asio::error::would_block) {
                               owner_ = keep;
                               return look();
                           }
                           if (ec || size == 0) give_up();
                       });
}

}  // namespace nexo_mock::net
