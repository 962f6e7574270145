#include "receiving_end.hpp"

#include "incoming_request.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace bench {

namespace {

constexpr std::size_t events_at_once = 256;
constexpr std::size_t input_size = std::size_t{16} * 1024;

}  // namespace

receiving_end::receiving_end(take_request take)
    : take_{std::move(take)},
      listening_{listen_on(0)},
      signals_{take_end_signals()},
      epoll_{make_epoll()} {
    for (const auto* each : {&listening_, &signals_})
        watch_for_input(epoll_, each->get(), static_cast<std::uint64_t>(each->get()));
}

void receiving_end::run() {
    while (true) {
        std::array<epoll_event, events_at_once> events;
        const auto count = epoll_wait(epoll_.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const auto number = static_cast<int>(events[static_cast<std::size_t>(i)].data.u64);
            if (number == signals_.get()) return;
            if (number == listening_.get()) {
                accept_all();
            } else {
                take_input(number);
            }
        }
    }
}

void receiving_end::accept_all() {
    while (true) {
        descriptor socket{
            accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (!socket) return;
        const auto number = socket.get();
        watch_for_input(epoll_, number, static_cast<std::uint64_t>(number));
        connections_.insert_or_assign(number, connection{.socket = std::move(socket), .in = {}});
        most_connections_ = std::max(most_connections_, connections_.size());
    }
}

void receiving_end::take_input(int number) {
    auto& from = connections_.at(number);
    std::array<char, input_size> part;
    const auto size = recv(number, part.data(), part.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0) {
        from.in.append(part.data(), static_cast<std::size_t>(size));
        if (take_requests(from)) return;
    }
    connections_.erase(number);
}

bool receiving_end::take_requests(connection& from) {
    while (const auto found = find_request(from.in)) {
        const auto whole = std::string_view{from.in};
        const auto body = whole.substr(found->head, found->body);
        if (!take_(from.socket, whole.substr(0, found->head), body)) return false;
        from.in.erase(0, found->head + found->body);
    }
    return true;
}

bool send_whole(const descriptor& to, std::string_view bytes) {
    return send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == std::ssize(bytes);
}

}  // namespace bench
