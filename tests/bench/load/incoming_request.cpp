#include "incoming_request.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <stdexcept>
#include <string>
#include <sys/signalfd.h>
#include <system_error>

namespace bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view length_field = "\r\nContent-Length:";

std::size_t body_size(std::string_view head) {
    if (head.starts_with("GET ")) return 0;
    const auto is_same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    const auto found = std::ranges::search(head, length_field, is_same);
    std::string_view value{found.end(), head.end()};
    while (value.starts_with(' '))
        value.remove_prefix(1);
    std::size_t size = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (error != std::errc{}) {
        throw std::runtime_error{"a webhook without Content-Length: " + std::string{head}};
    }
    return size;
}

}  // namespace

std::optional<request_extent> find_request(std::string_view bytes) {
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) return std::nullopt;
    const request_extent found{.head = end + head_end.size(),
                               .body = body_size(bytes.substr(0, end))};
    if (bytes.size() < found.head + found.body) return std::nullopt;
    return found;
}

descriptor take_end_signals() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    descriptor signals{signalfd(-1, &ends, SFD_CLOEXEC)};
    if (!signals) throw std::system_error{errno, std::generic_category(), "signalfd"};
    return signals;
}

}  // namespace bench
