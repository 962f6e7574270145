#include "webhook_receiver.hpp"

#include "incoming_request.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::string_view reply = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr std::size_t events_at_once = 256;

}  // namespace

webhook_receiver::webhook_receiver(std::uint64_t deliveries, std::vector<std::string> types)
    : deliveries_{deliveries},
      tally_{std::move(types)},
      listening_{listen_on(0)},
      signals_{take_end_signals()},
      epoll_{make_epoll()} {
    for (const auto* each : {&listening_, &signals_})
        watch_for_input(epoll_, each->get(), static_cast<std::uint64_t>(each->get()));
}

void webhook_receiver::run() {
    while (true) {
        std::array<epoll_event, events_at_once> events;
        const auto count = epoll_wait(epoll_.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const auto number = static_cast<int>(events[static_cast<std::size_t>(i)].data.u64);
            if (number == signals_.get()) return report();
            if (number == listening_.get()) {
                accept_all();
            } else {
                take_input(number);
            }
        }
    }
}

void webhook_receiver::accept_all() {
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

void webhook_receiver::take_input(int number) {
    auto& from = connections_.at(number);
    std::array<char, 16 * 1024> part;
    const auto size = recv(number, part.data(), part.size(), 0);
    if (size > 0) {
        from.in.append(part.data(), static_cast<std::size_t>(size));
        take_webhooks(from);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        connections_.erase(number);
    }
}

void webhook_receiver::take_webhooks(connection& from) {
    while (const auto found = find_request(from.in)) {
        const auto sent = send(from.socket.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        if (sent != std::ssize(reply)) throw std::runtime_error{"the sender takes no reply"};
        count(std::string_view{from.in}.substr(found->head, found->body));
        from.in.erase(0, found->head + found->body);
    }
}

void webhook_receiver::count(std::string_view body) {
    last_ = clock::now();
    if (tally_.received() == 0) first_ = last_;
    tally_.add(body);
    if (tally_.complete() == deliveries_) {
        report();
        tally_.clear();
    }
}

void webhook_receiver::report() {
    const auto seconds = [](clock::time_point at) {
        return std::to_string(std::chrono::duration<double>(at.time_since_epoch()).count());
    };
    std::cout << "{\"received\":" << tally_.received() << ",\"deliveries\":" << tally_.deliveries()
              << ",\"complete\":" << tally_.complete() << ",\"duplicates\":" << tally_.duplicates()
              << ",\"out_of_order\":" << tally_.out_of_order()
              << ",\"most_connections\":" << most_connections_ << ",\"first_s\":" << seconds(first_)
              << ",\"last_s\":" << seconds(last_)
              << ",\"cpu_s\":" << static_cast<double>(own_cpu_ns()) / 1e9 << "}\n"
              << std::flush;
}

}  // namespace bench
