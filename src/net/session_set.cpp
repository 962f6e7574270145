#include <nexo_mock/net/session.hpp>
#include <nexo_mock/net/session_set.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace nexo_mock::net {

session_set::session_set(boost::asio::io_context& context, request_handler& handler,
                         const limits& bounds)
    : handler_{handler}, limits_{bounds}, headers_{http_date()}, timer_{context} {
    sweep();
}

void session_set::adopt(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls) {
    if (size_ >= limits_.connections) return;  // the socket's end closes it
    if (tls != nullptr) {
        start_session(std::move(socket), *tls, *this);
    } else {
        start_session(std::move(socket), *this);
    }
    if (draining_) sessions_.back().drain();
}

void session_set::track(tracked_session& session) {
    sessions_.push_back(session);
    ++size_;
}

std::uint64_t session_set::deadline_after(std::chrono::milliseconds time) const {
    return tick_ + static_cast<std::uint64_t>(time / limits_.sweep) + 1;
}

void session_set::read_later(std::shared_ptr<tracked_session> session) {
    turns_.push_back(std::move(session));
    if (std::exchange(takes_turns_soon_, true)) return;
    boost::asio::post(timer_.get_executor(), [this] { take_turns(); });
}

void session_set::take_turns() {
    takes_turns_soon_ = false;
    while (next_turn_ < turns_.size()) {
        const auto next = std::move(turns_[next_turn_++]);
        next->read_on();
    }
    turns_.clear();
    next_turn_ = 0;
}

void session_set::serve_later(std::shared_ptr<tracked_session> session) {
    busy_.push_back(std::move(session));
    if (busy_.size() == 1) serve_some_soon();
}

void session_set::serve_some_soon() {
    boost::asio::post(timer_.get_executor(), [this] { serve_some(); });
}

// Between one go and the next the sockets are looked at.
void session_set::serve_some() {
    constexpr int most_at_a_time = 4;
    for (int i = 0; i < most_at_a_time && !busy_.empty(); ++i) {
        // It stays in the queue meanwhile, so that nobody else sees to the next go.
        const auto next = busy_.front();
        next->serve_on();
        busy_.pop_front();
    }
    if (!busy_.empty()) serve_some_soon();
}

void session_set::drain() {
    draining_ = true;
    for (auto it = sessions_.begin(); it != sessions_.end();)
        (it++)->drain();
}

void session_set::end_past() {
    for (auto it = sessions_.begin(); it != sessions_.end();)
        (it++)->end_past();
}

void session_set::abort() {
    for (auto it = sessions_.begin(); it != sessions_.end();)
        (it++)->abort();
}

void session_set::sweep() {
    ++tick_;
    if (auto date = http_date(); date != headers_.date()) headers_ = shared_headers{date};
    for (auto it = sessions_.begin(); it != sessions_.end();)
        (it++)->check_deadline(tick_);
    timer_.expires_after(limits_.sweep);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) sweep();
    });
}

}  // namespace nexo_mock::net
