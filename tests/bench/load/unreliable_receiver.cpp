#include "unreliable_receiver.hpp"

#include "incoming_request.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace bench {

namespace {

constexpr std::size_t events_at_once = 256;
constexpr std::size_t input_size = std::size_t{16} * 1024;

bool reply(const descriptor& to, std::string_view bytes) {
    return send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == std::ssize(bytes);
}

/// A close that sends RST, and not FIN.
bool reset(const descriptor& to) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(to.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
}

/// Does to a connection what was decided; whether it goes on.
bool commit(misdeed what, const descriptor& to) {
    switch (what) {
        case misdeed::none: return reply(to, "HTTP/1.1 204 No Content\r\n\r\n");
        case misdeed::error:
            return reply(to, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops");
        case misdeed::unavailable:
            return reply(to, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        case misdeed::gone: return reply(to, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
        case misdeed::reset: return reset(to);
        case misdeed::close: return false;
        case misdeed::silence: return true;
    }
    return false;
}

}  // namespace

unreliable_receiver::unreliable_receiver(webhook_books books)
    : books_{std::move(books)},
      listening_{listen_on(0)},
      signals_{take_end_signals()},
      epoll_{make_epoll()} {
    for (const auto* each : {&listening_, &signals_})
        watch_for_input(epoll_, each->get(), static_cast<std::uint64_t>(each->get()));
}

void unreliable_receiver::run() {
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

void unreliable_receiver::accept_all() {
    while (true) {
        descriptor socket{
            accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (!socket) return;
        const auto number = socket.get();
        watch_for_input(epoll_, number, static_cast<std::uint64_t>(number));
        connections_.insert_or_assign(number, connection{.socket = std::move(socket), .in = {}});
    }
}

void unreliable_receiver::take_input(int number) {
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

bool unreliable_receiver::take_requests(connection& from) {
    while (const auto found = find_request(from.in)) {
        const auto whole = std::string_view{from.in};
        if (!take_request(from, whole.substr(0, found->head),
                          whole.substr(found->head, found->body))) {
            return false;
        }
        from.in.erase(0, found->head + found->body);
    }
    return true;
}

bool unreliable_receiver::take_request(connection& from, std::string_view head,
                                       std::string_view body) {
    if (head.starts_with("GET ")) {
        const auto books = books_.to_json();
        return reply(from.socket,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     "Content-Length: " +
                         std::to_string(books.size()) + "\r\n\r\n" + books);
    }
    const auto path = head.substr(0, head.find(" HTTP/"));
    return commit(books_.enter(std::string{path.substr(path.rfind('/') + 1)}, body), from.socket);
}

}  // namespace bench
