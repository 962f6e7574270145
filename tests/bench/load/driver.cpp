#include "driver.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <sys/epoll.h>

namespace bench {

namespace {

constexpr std::size_t input_size = 64 * 1024;
constexpr std::size_t events_at_once = 256;
constexpr std::chrono::seconds patience{10};

int poll_timeout_ms(bool is_scheduled) {
    return is_scheduled ? 0 : 100;
}

double share(const core_time& before, const core_time& after) {
    const auto all = after.all - before.all;
    return all == 0 ? 0 : static_cast<double>(after.busy - before.busy) / static_cast<double>(all);
}

}  // namespace

driver::driver(load_settings settings, request_book book)
    : settings_{settings},
      book_{std::move(book)},
      epoll_{make_epoll()},
      connections_(settings.connections) {
    if (settings_.over == load_settings::transport::tls) tls_.emplace();
    if (settings_.taken == load_settings::replies::all) result_.by_request.resize(book_.size());
}

load_result driver::run() {
    for (std::size_t slot = 0; slot < connections_.size(); ++slot)
        connect(slot);
    began_ = heard_ = clock::now();
    const bool is_scheduled = settings_.rate > 0;
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
        if (is_scheduled) {
            idle_.push_back(slot);
        } else {
            go_on(slot, settings_.depth, began_);
        }
    }
    for (auto now = began_; !is_over(now); now = clock::now()) {
        if (!measuring_since_ && now >= began_ + settings_.warm_up) begin_measuring(now);
        if (is_scheduled) send_what_is_due(now);
        wait_for_input(now);
    }
    end_measuring(clock::now());
    drain();
    return std::move(result_);
}

void driver::connect(std::size_t slot) {
    auto socket = connect_to(settings_.port, is_short() ? static_cast<unsigned>(slot) + 1 : 0);
    if (!socket) {
        throw std::runtime_error{"nobody listens on port " + std::to_string(settings_.port)};
    }
    auto& place = connections_[slot];
    place.to = tls_ ? channel{std::move(socket), *tls_} : channel{std::move(socket)};
    place.in.resize(input_size);
    place.filled = 0;
    watch_for_input(epoll_, place.to.number(), slot);
    ++opened_;
}

void driver::send_next(connection& over, clock::time_point counts_from) {
    const auto page = book_.next();
    over.to.send(page.request);
    over.sent.push_back({counts_from, page.number});
    ++in_flight_;
    ++given_out_;
}

void driver::send_what_is_due(clock::time_point now) {
    const auto due_at = [this](std::uint64_t ordinal) {
        return began_ + std::chrono::nanoseconds{ordinal * 1'000'000'000 / settings_.rate};
    };
    while (!idle_.empty() && due_at(given_out_) <= now) {
        const auto slot = idle_.back();
        idle_.pop_back();
        send_next(connections_[slot], due_at(given_out_));
    }
}

void driver::wait_for_input(clock::time_point now) {
    std::array<epoll_event, events_at_once> events;
    const auto count = epoll_wait(epoll_.get(), events.data(), events.size(),
                                  poll_timeout_ms(settings_.rate > 0 && !is_draining_));
    if (count < 0 && errno != EINTR) throw std::runtime_error{std::strerror(errno)};
    if (count > 0) heard_ = now;
    if (now - heard_ > patience) throw std::runtime_error{"the server answers no more"};
    for (int i = 0; i < count; ++i)
        take_input(events[static_cast<std::size_t>(i)].data.u64);
}

void driver::take_input(std::size_t slot) {
    auto& from = connections_[slot];
    // By TLS more may have been read than was asked for, of which epoll knows nothing.
    do {
        const auto came = from.to.receive(std::span{from.in}.subspan(from.filled));
        if (came.then == channel::state::closed) return take_end(slot);
        if (came.size == 0) return;
        from.filled += came.size;
        const auto now = clock::now();
        const auto taken = take_replies(from, now);
        if (taken > 0 && !is_draining_ && (from.is_last || is_short())) connect(slot);
        go_on(slot, taken, now);
    } while (from.to.is_tls());
}

void driver::take_end(std::size_t slot) {
    auto& from = connections_[slot];
    if (!from.sent.empty()) {
        throw std::runtime_error{"the server closed a connection, " +
                                 std::to_string(from.sent.size()) + " replies short"};
    }
    if (is_draining_) {
        from.to = {};
    } else {
        connect(slot);
    }
}

std::size_t driver::take_replies(connection& from, clock::time_point now) {
    std::string_view rest{from.in.data(), from.filled};
    std::size_t taken = 0;
    for (auto reply = read_reply(rest); reply; reply = read_reply(rest)) {
        if (from.sent.empty() || !is_taken(reply->status)) {
            throw std::runtime_error{"a reply that was not expected: " +
                                     std::string{rest.substr(0, reply->size)}};
        }
        if (measuring_since_ && !is_draining_) count(from.sent.front(), *reply, now);
        from.is_last = reply->is_last;
        from.sent.pop_front();
        --in_flight_;
        rest.remove_prefix(reply->size);
        ++taken;
    }
    if (rest.size() == from.in.size()) throw std::runtime_error{"a reply is too long"};
    std::memmove(from.in.data(), rest.data(), rest.size());
    from.filled = rest.size();
    return taken;
}

bool driver::is_taken(int status) const {
    return settings_.taken == load_settings::replies::all || (status >= 200 && status <= 299);
}

void driver::count(const request& of, const reply_front& reply, clock::time_point now) {
    result_.latencies.add(now - of.counts_from);
    result_.bytes += reply.size;
    ++result_.replies;
    ++result_.statuses[reply.status];
    if (settings_.taken == load_settings::replies::all) {
        ++result_.by_request[of.number][reply.status];
    }
}

/// What follows when that many requests may be sent on a connection.
void driver::go_on(std::size_t slot, std::size_t taken, clock::time_point now) {
    if (is_draining_ || taken == 0) return;
    if (settings_.rate > 0) {
        idle_.push_back(slot);
        return;
    }
    for (std::size_t i = 0; i < taken; ++i) {
        if (settings_.count > 0 && given_out_ >= settings_.count) return;
        send_next(connections_[slot], now);
    }
}

bool driver::is_over(clock::time_point now) const {
    if (settings_.count > 0 && result_.replies >= settings_.count) return true;
    return measuring_since_ && now >= measuring_since_->at + settings_.lasting;
}

driver::usage driver::usage_now(clock::time_point now) const {
    return {.at = now,
            .server_cpu_ns = settings_.server > 0 ? cpu_ns_of(settings_.server) : 0,
            .load_cpu_ns = own_cpu_ns(),
            .opened = opened_,
            .cores = core_times()};
}

void driver::begin_measuring(clock::time_point now) {
    measuring_since_ = usage_now(now);
}

void driver::end_measuring(clock::time_point now) {
    if (!measuring_since_) throw std::runtime_error{"it ended before the warm-up did"};
    const auto& since = *measuring_since_;
    const auto until = usage_now(now);
    result_.lasted = until.at - since.at;
    result_.server_cpu_ns = until.server_cpu_ns - since.server_cpu_ns;
    result_.opened = until.opened - since.opened;
    result_.load_cpu_ns = until.load_cpu_ns - since.load_cpu_ns;
    for (std::size_t core = 0; core < since.cores.size() && core < until.cores.size(); ++core)
        result_.busy.push_back(share(since.cores[core], until.cores[core]));
}

/// Takes the replies that are still to come, so that no server sees a connection break.
void driver::drain() {
    is_draining_ = true;
    while (in_flight_ > 0)
        wait_for_input(clock::now());
}

namespace {

std::string to_json(const std::map<int, std::uint64_t>& statuses) {
    std::string text = "{";
    for (const auto& [status, count] : statuses) {
        if (text.size() > 1) text += ',';
        text += '"' + std::to_string(status) + "\":" + std::to_string(count);
    }
    return text + '}';
}

std::string to_json(const std::vector<std::map<int, std::uint64_t>>& by_request) {
    std::string text = "[";
    for (const auto& each : by_request)
        text += (text.size() > 1 ? "," : "") + to_json(each);
    return text + ']';
}

}  // namespace

std::string to_json(const load_result& result) {
    const auto seconds = [](auto ns) { return std::chrono::duration<double>(ns).count(); };
    std::ostringstream out;
    out << "{\"requests\":" << result.replies << ",\"bytes\":" << result.bytes
        << ",\"opened\":" << result.opened << ",\"seconds\":" << seconds(result.lasted)
        << ",\"statuses\":" << to_json(result.statuses)
        << ",\"by_request\":" << to_json(result.by_request) << ",\"latency_s\":{";
    for (const auto& [name, share] :
         {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}})
        out << '"' << name << "\":" << seconds(result.latencies.quantile(share)) << ',';
    out << "\"max\":" << seconds(result.latencies.longest())
        << "},\"server_cpu_s\":" << static_cast<double>(result.server_cpu_ns) / 1e9
        << ",\"load_cpu_s\":" << static_cast<double>(result.load_cpu_ns) / 1e9 << ",\"busy\":[";
    const char* between = "";
    for (const auto each : result.busy) {
        out << between << each;
        between = ",";
    }
    out << "]}";
    return out.str();
}

}  // namespace bench
