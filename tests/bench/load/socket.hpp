#pragma once

#include <cstdint>
#include <utility>

namespace bench {

/// Owns a file descriptor.
class descriptor {
 public:
    descriptor() = default;
    explicit descriptor(int number) : number_{number} {}
    descriptor(descriptor&& from) noexcept : number_{std::exchange(from.number_, -1)} {}
    descriptor& operator=(descriptor&& from) noexcept {
        std::swap(number_, from.number_);
        return *this;
    }
    ~descriptor();

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

 private:
    int number_ = -1;
};

/// A blocking TCP connection to a port of 127.0.0.1, without Nagle's delay. `slot` chooses the
/// address it comes from, 127.0.0.2 and up, so that ports of closed connections do not run out; 0
/// lets the system choose. Not connected if nobody listens; throws std::system_error for all else.
descriptor connect_to(std::uint16_t port, unsigned slot);

/// Listens on 127.0.0.1; port 0 takes a free one. Throws std::system_error.
descriptor listen_on(std::uint16_t port);
std::uint16_t port_of(const descriptor& listening);

/// An epoll set that reports when there is something to be read. Throws std::system_error.
descriptor make_epoll();
void watch_for_input(const descriptor& epoll, int watched, std::uint64_t tag);

}  // namespace bench
