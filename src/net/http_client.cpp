#include <nexo_mock/net/connection_pool.hpp>
#include <nexo_mock/net/http_client.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace nexo_mock::net {

namespace {

using clock = client_exchange::clock;

void append_request(std::string& out, const codec::http_url& to, const client_request& what) {
    out += what.method;
    out += ' ';
    out += to.target;
    out += " HTTP/1.1\r\nHost: ";
    out += to.authority;
    out += "\r\n";
    out += what.headers;
    if (!what.body.empty() || (what.method != "GET" && what.method != "HEAD")) {
        out += "Content-Length: ";
        out += std::to_string(what.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    out += what.body;
}

}  // namespace

void client_request::add_header(std::string_view name, std::string_view value) {
    headers += name;
    headers += ": ";
    headers += value;
    headers += "\r\n";
}

/// One timer watches over all: the deadlines of what is on its way, and the age of what is idle.
class http_client::state final : public client_connection::owner,
                                 public std::enable_shared_from_this<state> {
 public:
    state(boost::asio::io_context& of, client_settings given)
        : context_{of},
          settings_{std::move(given)},
          trust_{settings_.ca_file, settings_.insecure},
          names_{of, settings_.resolve},
          idle_{settings_.idle_per_target},
          timer_{of} {}

    void send(const codec::http_url& to, const client_request& what,
              std::function<void(client_reply)> done);
    void ended(client_connection& over) override;
    void end_unwanted();
    void end_all();
    void close_idle();

 private:
    void track(client_connection& begun);
    void arm();
    void tend();

    boost::asio::io_context& context_;
    client_settings settings_;
    client_trust trust_;
    name_lookup names_;
    connection_pool idle_;
    /// What is on its way, the nearest deadline first.
    boost::intrusive::list<client_connection, boost::intrusive::constant_time_size<false>> busy_;
    boost::asio::steady_timer timer_;
    std::optional<clock::time_point> armed_;
    std::optional<clock::time_point> next_sweep_;
};

void http_client::state::send(const codec::http_url& to, const client_request& what,
                              std::function<void(client_reply)> done) {
    const auto now = clock::now();
    auto over = idle_.take(to, now - settings_.idle);
    if (!over) {
        client_target target{to.is_tls, to.host, to.port};
        const client_services shared{trust_, names_, settings_.allowed};
        over = std::make_shared<client_connection>(context_, shared, weak_from_this(),
                                                   std::move(target));
    }
    append_request(over->output(), to, what);
    client_exchange begun;
    begun.began = now;
    begun.deadline = now + what.timeout;
    begun.is_head = what.method == "HEAD";
    begun.reply_bytes = settings_.reply_bytes;
    begun.is_wanted = what.is_wanted;
    begun.done = std::move(done);
    over->begin(std::move(begun));
    if (over->is_under_way()) track(*over);
}

// Time-outs are mostly alike, so that the place of a new deadline is at the end or near it.
void http_client::state::track(client_connection& begun) {
    auto place = busy_.end();
    while (place != busy_.begin()) {
        const auto before = std::prev(place);
        if (before->exchange().deadline <= begun.exchange().deadline) break;
        place = before;
    }
    busy_.insert(place, begun);
    arm();
}

void http_client::state::ended(client_connection& over) {
    const auto now = clock::now();
    const auto done = std::move(over.exchange().done);
    auto reply = std::move(over.reply());
    reply.took = std::chrono::duration_cast<std::chrono::microseconds>(now - over.exchange().began);
    if (reply.is_kept) {
        idle_.keep(over.shared_from_this(), now);
        if (!next_sweep_) next_sweep_ = now + settings_.idle;
    }
    arm();
    done(std::move(reply));
}

void http_client::state::arm() {
    auto next = next_sweep_;
    if (!busy_.empty()) {
        const auto nearest = busy_.front().exchange().deadline;
        next = next ? std::min(*next, nearest) : nearest;
    }
    if (!next) {  // nothing but the timer would keep the context going
        if (armed_) timer_.cancel();
        return armed_.reset();
    }
    if (armed_ && *armed_ <= *next) return;
    armed_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& replaced) {
        const auto self = weak.lock();
        if (replaced || !self) return;
        self->armed_.reset();
        self->tend();
    });
}

void http_client::state::tend() {
    const auto now = clock::now();
    while (!busy_.empty() && busy_.front().exchange().deadline <= now)
        busy_.front().end("timeout");
    if (next_sweep_ && *next_sweep_ <= now) {
        idle_.close_unused(now - settings_.idle);
        next_sweep_.reset();
        if (!idle_.is_empty()) next_sweep_ = now + settings_.idle;
    }
    arm();
}

void http_client::state::end_unwanted() {
    for (auto each = busy_.begin(); each != busy_.end();) {
        auto& one = *each++;  // the end takes it from the list
        if (one.exchange().is_wanted && !one.exchange().is_wanted()) one.end("cancelled");
    }
}

void http_client::state::end_all() {
    while (!busy_.empty())
        busy_.front().end("cancelled");
}

void http_client::state::close_idle() {
    idle_.clear();
    next_sweep_.reset();
    arm();
}

http_client::http_client(boost::asio::io_context& context, client_settings settings)
    : state_{std::make_shared<state>(context, std::move(settings))} {}

http_client::~http_client() {
    state_->end_all();
}

void http_client::send(const codec::http_url& to, const client_request& what,
                       std::function<void(client_reply)> done) {
    state_->send(to, what, std::move(done));
}

void http_client::cancel_unwanted() {
    state_->end_unwanted();
}

void http_client::close_idle() {
    state_->close_idle();
}

}  // namespace nexo_mock::net
