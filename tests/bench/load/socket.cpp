#include "socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace bench {

namespace {

constexpr int backlog = 4096;
constexpr unsigned source_addresses = 200;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), what};
    return result;
}

sockaddr_in loopback(std::uint16_t port, std::uint32_t host = INADDR_LOOPBACK) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(port);
    return address;
}

void switch_on(const descriptor& of, int level, int option) {
    const int on = 1;
    checked(setsockopt(of.get(), level, option, &on, sizeof on), "setsockopt");
}

}  // namespace

descriptor::~descriptor() {
    if (number_ >= 0) ::close(number_);
}

descriptor connect_to(std::uint16_t port, unsigned slot) {
    descriptor socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    switch_on(socket, IPPROTO_TCP, TCP_NODELAY);
    if (slot > 0) {
        switch_on(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        const auto from = loopback(0, INADDR_LOOPBACK + 1 + (slot - 1) % source_addresses);
        checked(bind(socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from), "bind");
    }
    const auto to = loopback(port);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0)
        return socket;
    if (errno == ECONNREFUSED) return {};
    throw std::system_error{errno, std::generic_category(), "connect"};
}

descriptor listen_on(std::uint16_t port) {
    descriptor socket{
        checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
    switch_on(socket, SOL_SOCKET, SO_REUSEADDR);
    const auto at = loopback(port);
    checked(bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), "bind");
    checked(::listen(socket.get(), backlog), "listen");
    return socket;
}

std::uint16_t port_of(const descriptor& listening) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size),
            "getsockname");
    return ntohs(address.sin_port);
}

descriptor make_epoll() {
    return descriptor{checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
}

void watch_for_input(const descriptor& epoll, int watched, std::uint64_t tag) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    checked(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, watched, &event), "epoll_ctl");
}

}  // namespace bench
