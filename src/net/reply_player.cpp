#include <nexo_mock/net/reply_player.hpp>

#include <boost/asio/buffer.hpp>

#include <string_view>

namespace nexo_mock::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// The n-th of `pieces` parts of the bytes, which differ by one byte at most.
std::string_view piece_of(std::string_view bytes, std::size_t nth, std::size_t pieces) {
    const auto begin = bytes.size() * nth / pieces;
    const auto end = bytes.size() * (nth + 1) / pieces;
    return bytes.substr(begin, end - begin);
}

}  // namespace

void reply_player::play(wire_plan plan, std::shared_ptr<void> owner, finished done) {
    plan_ = std::move(plan);
    owner_ = std::move(owner);
    done_ = std::move(done);
    sent_pieces_ = 0;
    stopped_ = false;
    stage_ = stage::waiting;
    if (plan_.wait > domain::duration{}) watch_client();
    wait_until(clock::now() + plan_.wait);
}

void reply_player::wait_until(clock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([this, keep = owner_](const error_code&) { on_timer(); });
}

/// A timer that was cancelled has been told to hurry, if not to stop.
void reply_player::on_timer() {
    if (stopped_) return finish(false);
    switch (stage_) {
        case stage::done: return;
        case stage::waiting:
            first_piece_ = clock::now();
            stage_ = stage::sending;
            return send_piece();
        case stage::sending: return send_piece();
        case stage::silent: return finish(true);
    }
}

// What the system takes is sent at once, and not by a handler that comes later: a reply that its
// client has must not count as one that is held up.
void reply_player::send_piece() {
    if (plan_.bytes.empty() || sent_pieces_ == plan_.pieces) return keep_silent();
    auto piece = piece_of(plan_.bytes, sent_pieces_++, plan_.pieces);
    piece.remove_prefix(connection_.write_now(asio::buffer(piece)));
    if (piece.empty()) return on_sent();
    connection_.async_write(asio::buffer(piece),
                            [this, keep = owner_](const error_code& failed, std::size_t) {
                                if (failed || stopped_) return finish(false);
                                on_sent();
                            });
}

void reply_player::on_sent() {
    if (sent_pieces_ == plan_.pieces) return keep_silent();
    const auto gaps = static_cast<std::int64_t>(plan_.pieces - 1);
    const auto nth = static_cast<std::int64_t>(sent_pieces_);
    wait_until(first_piece_ + plan_.spread * nth / gaps);
}

void reply_player::keep_silent() {
    if (plan_.silence == domain::duration{}) return finish(true);
    stage_ = stage::silent;
    watch_client();
    wait_until(clock::now() + plan_.silence);
}

/// Notices that the client closes its side. One that waits for a reply is not kept waiting any
/// longer: it may be gone, or it may only have said that it sends nothing more. One that would
/// never get a reply is taken for gone.
void reply_player::watch_client() {
    connection_.async_wait([this, keep = owner_](const error_code& ec) {
        if (!ec) on_readable();
    });
}

void reply_player::on_readable() {
    if (stage_ == stage::silent) {
        if (connection_.drop_unread() != client_sign::gone) return watch_client();
        finish(false);
    } else if (stage_ == stage::waiting) {
        // The next request has its turn later, so it is only looked at, and then nothing more is.
        const auto sign = connection_.look();
        if (sign == client_sign::quiet) return watch_client();
        if (sign == client_sign::gone) hurry();
    }
}

void reply_player::hurry() {
    plan_.spread = {};
    plan_.silence = {};
    timer_.cancel();
}

void reply_player::stop() {
    stopped_ = true;
    timer_.cancel();
}

void reply_player::finish(bool intact) {
    if (stage_ == stage::done) return;
    stage_ = stage::done;
    timer_.cancel();
    if (connection_.is_open()) connection_.cancel();  // the watch, if there is one
    const auto keep = std::move(owner_);
    const auto done = std::move(done_);
    done(intact);
}

}  // namespace nexo_mock::net
