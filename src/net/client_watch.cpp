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
    connection_.async_wait([this, keep = std::exchange(owner_, nullptr)](const error_code& failed) {
        is_waiting_ = false;
        const auto next_owner = owner_ ? std::exchange(owner_, nullptr) : keep;
        if (!gone_ || !connection_.is_open()) return;
        const auto sign = failed ? client_sign::gone : connection_.look();
        // Whoever cancelled an earlier look did not mean this watch.
        if (failed == asio::error::operation_aborted || sign == client_sign::quiet) {
            owner_ = next_owner;
            return look();
        }
        if (sign == client_sign::gone) give_up();
    });
}

}  // namespace nexo_mock::net
