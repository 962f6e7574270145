#include "unreliable_receiver.hpp"

#include <string>
#include <sys/socket.h>
#include <utility>

namespace bench {

namespace {

/// A close that sends RST, and not FIN.
bool reset(const descriptor& to) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(to.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
}

/// Does to a connection what was decided; whether it goes on.
bool commit(misdeed what, const descriptor& to) {
    switch (what) {
        case misdeed::none: return send_whole(to, "HTTP/1.1 204 No Content\r\n\r\n");
        case misdeed::error:
            return send_whole(
                to, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops");
        case misdeed::unavailable:
            return send_whole(to, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        case misdeed::gone: return send_whole(to, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
        case misdeed::reset: return reset(to);
        case misdeed::close: return false;
        case misdeed::silence: return true;
    }
    return false;
}

}  // namespace

unreliable_receiver::unreliable_receiver(webhook_books books)
    : books_{std::move(books)},
      end_{[this](const descriptor& from, std::string_view head, std::string_view body) {
          return take(from, head, body);
      }} {}

bool unreliable_receiver::take(const descriptor& from, std::string_view head,
                               std::string_view body) {
    if (head.starts_with("GET ")) {
        const auto books = books_.to_json();
        return send_whole(from,
                          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          "Content-Length: " +
                              std::to_string(books.size()) + "\r\n\r\n" + books);
    }
    const auto path = head.substr(0, head.find(" HTTP/"));
    return commit(books_.enter(std::string{path.substr(path.rfind('/') + 1)}, body), from);
}

}  // namespace bench
