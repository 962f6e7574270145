#include "session_phase.hpp"
#include <nexo_mock/api/vendor_api.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/net/client_watch.hpp>
#include <nexo_mock/net/connection.hpp>
#include <nexo_mock/net/reply_player.hpp>
#include <nexo_mock/net/request_reader.hpp>
#include <nexo_mock/net/response_writer.hpp>
#include <nexo_mock/net/session.hpp>
#include <nexo_mock/net/stream_player.hpp>
#include <nexo_mock/net/tls_context.hpp>

#include <boost/asio/post.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace nexo_mock::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr char tls_handshake = 0x16;                  // first byte of a TLS client's first record
constexpr std::size_t kept_output_bytes = 64 * 1024;  // more is given back once it was written

/// One connection: a loop of read, parse, handle, write. Bytes are read into one buffer that is
/// reused; all requests that are complete in it are answered in one write.
class session final : public tracked_session, public std::enable_shared_from_this<session> {
 public:
    template <class... Tls>
    session(session_set& of, tcp::socket socket, Tls&... tls)
        : connection_{std::move(socket), tls...},
          set_{of},
          reader_{request_, of.bounds()},
          watch_{connection_} {
        request_.peer = connection_.peer();
        request_.is_tls = connection_.is_tls();
        error_code ignored;
        connection_.socket().set_option(tcp::no_delay{true}, ignored);
        set_.track(*this);
    }
    ~session() override { set_.forget(); }

    void start() {
        if (connection_.is_tls()) return shake_hands();
        enter(phase::idle);
        read();
    }

    void check_deadline(std::uint64_t tick) override {
        if (phase_ == phase::handling || tick < deadline_) return;
        if (phase_ == phase::streaming && stream_->written_for() < set_.bounds().write) {
            enter(phase::streaming);
            return stream_->beat();
        }
        if (phase_ == phase::idle) return close();
        const bool waits_for_request = phase_ == phase::header || phase_ == phase::body;
        if (!waits_for_request || std::exchange(is_late_, true)) return abort();
        connection_.cancel();  // the handler of the read answers
    }
    void drain() override {
        // What has come may be in the read that is under way: its handler decides.
        if (phase_ == phase::handshake) abort();
        if (phase_ == phase::idle) connection_.cancel();
        if (player_) player_->hurry();
        if (stream_) stream_->stop();
    }
    void end_past() override {
        if (phase_ == phase::playing && response_.is_past && response_.is_past()) abort();
    }
    void read_on() override {
        if (!connection_.is_open()) return;
        if (set_.is_draining() && !connection_.has_unread()) return close();
        read();
    }
    void serve_on() override {
        if (connection_.is_open()) serve();
    }
    void abort() override {
        const auto keep = std::move(waiting_);
        connection_.close();
        watch_.give_up();
        if (player_) player_->stop();
        if (stream_) stream_->stop();
    }

 private:
    using phase = session_phase;

    void enter(phase next) {
        phase_ = next;
        is_late_ = false;
        if (const auto time = time_for(next, set_.bounds())) {
            deadline_ = set_.deadline_after(*time);
        }
    }

    void shake_hands() {
        enter(phase::handshake);
        connection_.handshake([self = shared_from_this()](const error_code& ec) {
            if (ec) return self->on_handshake_failed(ec);
            self->enter(phase::idle);
            self->read();
        });
    }

    void on_handshake_failed(const error_code& ec) {
        if (!connection_.is_open()) return;
        const auto why = explain_handshake(ec);
        if (!speaks_plain_http(ec)) {
            if (!why.empty()) set_.handler().refused(0, "tls_handshake", why);
            return abort();
        }
        connection_.leave_tls();
        refuse({400, "https_required"}, why);
        flush();
    }

    // --- reading

    void read() {
        connection_.async_read_some(
            reader_.room(), [self = shared_from_this()](const error_code& ec, std::size_t size) {
                if (ec) return self->on_read_failed(ec);
                self->reader_.add(size);
                self->serve();
            });
    }

    void on_read_failed(const error_code& ec) {
        const bool was_cancelled = ec == asio::error::operation_aborted && connection_.is_open();
        if (was_cancelled && is_late_) {
            refuse({408, "request_timeout"}, "the request did not come whole within its time");
            return flush();
        }
        if (was_cancelled) return connection_.has_unread() ? read() : close();
        const bool half_closed = ec == asio::error::eof && reader_.is_partial();
        if (!half_closed) return;  // the client is gone, or the sweep closed the socket
        refuse_input(boost::beast::http::error::partial_message);
        flush();
    }

    void serve() {
        answer_some();
        flush();
    }

    /// Answers what has come whole: as much as may be in a row, and as far as one whose reply comes
    /// later or in a way of its own.
    void answer_some() {
        using progress = request_reader::progress;
        const auto& bounds = set_.bounds();
        std::size_t answered = 0;
        while (!closing_ && reader_.has_unread() && output_.size() < bounds.pipelined_bytes &&
               answered++ < bounds.pipelined_requests) {
            const auto made = reader_.next();
            if (made == progress::refused) return refuse_input(reader_.error());
            if (made == progress::partial && reader_.asks_to_continue()) {
                output_ += continue_response;
            }
            if (made != progress::complete || !answer()) return;
        }
    }

    /// False if the reply comes later.
    bool answer() {
        enter(phase::handling);
        response_.reset();
        bool deferred = false;
        std::function<void()> abandoned;
        const auto later = [&](std::function<void()> tell) -> api::late_reply {
            deferred = true;
            abandoned = std::move(tell);
            return [weak = weak_from_this(),
                    executor = connection_.get_executor()](api::response late) {
                asio::post(executor, [weak, late = std::move(late)]() mutable {
                    if (const auto self = weak.lock()) self->answer_late(std::move(late));
                });
            };
        };
        set_.handler().handle(request_, response_, later);
        if (deferred) {
            waiting_ = shared_from_this();  // the reply must find the connection alive
            if (abandoned) watch_.start(waiting_, std::move(abandoned));
            return false;
        }
        return deliver();
    }

    /// Puts the reply into the output; false if it goes out in a way of its own.
    bool deliver() {
        if (response_.stream) {
            stream_ = std::make_shared<stream_player>(connection_, std::move(response_.stream));
            return false;
        }
        if (response_.manner.goes_out_plainly()) {
            render(output_);
            return true;
        }
        std::string whole;
        if (response_.status != 0) render(whole);
        plan_ = plan_reply(std::move(whole), response_.manner);
        return false;
    }

    void answer_late(api::response late) {
        waiting_.reset();
        watch_.stop();
        enter(phase::writing);
        response_ = std::move(late);
        if (response_.when_late) response_.when_late(response_);
        if (!deliver()) return flush();
        if (!is_writing_) serve();
    }

    void play() {
        if (response_.is_past && response_.is_past()) return abort();
        auto plan = *std::exchange(plan_, std::nullopt);
        if (set_.is_draining()) plan.wait = plan.spread = plan.silence = {};
        const auto length = plan.wait + plan.spread + plan.silence;
        enter(phase::playing);
        deadline_ = set_.deadline_after(std::chrono::ceil<std::chrono::milliseconds>(length) +
                                        set_.bounds().write);
        if (!player_) player_.emplace(connection_);
        const auto then = plan.then;
        player_->play(std::move(plan), shared_from_this(),
                      [this, then](bool intact) { on_played(then, intact); });
    }

    /// The end of a stream is the end of the connection: nothing else says where the body ends.
    void stream() {
        std::string head;
        append_stream_head(head, response_, set_.headers());
        enter(phase::streaming);
        stream_->play(std::move(head), shared_from_this(), [this] {
            stream_.reset();
            closing_ = true;
            enter(phase::writing);
            close();
        });
        const auto playing = stream_;  // which the end takes away
        if (set_.is_draining()) playing->stop();
    }

    void on_played(wire_plan::ending then, bool intact) {
        if (intact && then == wire_plan::ending::reset) connection_.reset();
        if (!intact || then == wire_plan::ending::reset) return abort();
        if (then == wire_plan::ending::close) closing_ = true;
        enter(phase::writing);
        if (closing_) return flush();
        serve();
    }

    void render(std::string& out) {
        const auto what = request_.verb == api::method::head ? body_of::head : body_of::reply;
        const bool is_last = set_.is_draining() && !reader_.has_unread();
        if (!reader_.keeps_alive() || is_last) closing_ = true;
        append_response(out, response_, closing_ ? after_reply::close : after_reply::keep_alive,
                        what, set_.headers());
    }

    /// Answers what is no HTTP, or too much of it.
    void refuse_input(const error_code& ec) {
        const bool speaks_tls = reader_.unread_begins_with(tls_handshake);
        refuse(explain(ec), speaks_tls ? "the client speaks TLS, and this port plain http://: "
                                         "--tls-port opens one for https://"
                                       : ec.message());
    }

    void refuse(const protocol_error& with, std::string_view why) {
        set_.handler().refused(with.status, with.code, why);
        response_.reset();
        response_.status = with.status;
        codec::append_error(response_.body, with.code);
        closing_ = true;
        lingers_ = true;
        append_response(output_, response_, after_reply::close, body_of::reply, set_.headers());
    }

    // --- writing

    /// Writes what is rendered, then goes on, or waits for what there is to wait for.
    void flush() {
        if (is_writing_) return;
        if (output_.empty() || write()) go_on();
    }

    void go_on() {
        if (plan_) return play();
        if (stream_) return stream();
        if (closing_) return close();
        if (waiting_) return;
        if (reader_.is_partial()) {
            const auto next = reader_.is_header_done() ? phase::body : phase::header;
            if (phase_ != next) enter(next);
            return read();
        }
        if (reader_.has_unread()) return set_.serve_later(shared_from_this());
        if (set_.is_draining()) return close();
        enter(phase::idle);
        set_.read_later(shared_from_this());
    }

    /// Most replies fit into the socket's buffer: only what does not is waited for. True if all is
    /// out; else on_written() goes on.
    bool write() {
        std::swap(output_, written_);
        output_.clear();
        const auto rest = asio::buffer(written_) + connection_.write_now(asio::buffer(written_));
        if (rest.size() == 0) {
            end_write();
            return true;
        }
        is_writing_ = true;
        if (!waiting_) enter(phase::writing);
        connection_.async_write(rest,
                                [self = shared_from_this()](const error_code& ec, std::size_t) {
                                    self->on_written(ec);
                                });
        return false;
    }

    void end_write() {
        is_writing_ = false;
        if (written_.capacity() > kept_output_bytes) written_ = {};
    }

    void on_written(const error_code& ec) {
        end_write();
        if (ec) return abort();
        flush();
    }

    /// Lets the client read the last reply: closing while bytes of its own are unread would reset
    /// the connection and take the reply away.
    void close() {
        enter(phase::lingering);
        connection_.end_output([self = shared_from_this()](const error_code& ec) {
            const bool all_is_read = !self->reader_.has_unread() && !self->connection_.has_unread();
            if (ec || (!self->lingers_ && all_is_read)) return self->abort();
            self->discard();
        });
    }

    /// Of what TLS protects, too, only the end is of interest.
    void discard() {
        connection_.socket().async_read_some(
            reader_.room(), [self = shared_from_this()](const error_code& ec, std::size_t) {
                if (ec) return self->abort();
                self->discard();
            });
    }

    connection connection_;
    session_set& set_;
    api::request request_;
    request_reader reader_;
    api::response response_;
    std::string output_;                // rendered, not being written
    std::string written_;               // being written
    std::shared_ptr<session> waiting_;  // itself, while a reply is to come
    std::optional<wire_plan> plan_;     // of a reply whose turn comes once all before it is written
    std::optional<reply_player> player_;
    std::shared_ptr<stream_player> stream_;
    client_watch watch_;
    std::uint64_t deadline_ = 0;
    bool is_late_ = false;  // the rest of the request did not come in time
    phase phase_ = phase::idle;
    bool is_writing_ = false;
    bool closing_ = false;
    bool lingers_ = false;
};

}  // namespace

void start_session(tcp::socket socket, session_set& of) {
    std::make_shared<session>(of, std::move(socket))->start();
}

void start_session(tcp::socket socket, boost::asio::ssl::context& tls, session_set& of) {
    std::make_shared<session>(of, std::move(socket), tls)->start();
}

}  // namespace nexo_mock::net
