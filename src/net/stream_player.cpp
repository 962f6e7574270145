#include <nexo_mock/net/stream_player.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t piece_bytes = 64 * 1024;
}

void stream_player::play(std::string head, std::shared_ptr<void> owner,
                         std::function<void()> done) {
    owner_ = std::move(owner);
    done_ = std::move(done);
    output_ = std::move(head);
    watch_.start(shared_from_this(), [this] { finish(); });
    write();
}

void stream_player::write() {
    is_writing_ = true;
    write_began_ = std::chrono::steady_clock::now();
    connection_.async_write(asio::buffer(output_), [self = shared_from_this(), keep = owner_](
                                                       const error_code& ec, std::size_t) {
        self->is_writing_ = false;
        if (ec) return self->finish();
        self->output_.clear();
        self->go_on();
    });
}

std::chrono::steady_clock::duration stream_player::written_for() const {
    if (!is_writing_) return {};
    return std::chrono::steady_clock::now() - write_began_;
}

void stream_player::go_on() {
    using next = api::reply_stream::next;
    if (!done_ || is_writing_) return;
    if (has_ended_) return finish();
    const auto then = source_->read(output_, piece_bytes);
    has_ended_ = then == next::end;
    if (!output_.empty()) return write();
    if (has_ended_) return finish();
    if (then == next::wait) return wait();
    asio::post(connection_.get_executor(), [self = shared_from_this()] { self->go_on(); });
}

void stream_player::wait() {
    source_->when_more([weak = weak_from_this(), executor = connection_.get_executor()] {
        asio::post(executor, [weak] {
            if (const auto self = weak.lock()) self->go_on();
        });
    });
}

void stream_player::beat() {
    if (!done_ || is_writing_) return;
    output_ = source_->heartbeat();
    write();
}

void stream_player::stop() {
    finish();
}

void stream_player::finish() {
    if (!done_) return;
    const auto self = shared_from_this();
    const auto keep = std::move(owner_);
    watch_.stop();
    std::exchange(done_, nullptr)();
}

}  // namespace nexo_mock::net
