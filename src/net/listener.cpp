#include <nexo_mock/net/listener.hpp>

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <limits>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace nexo_mock::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds pause_after_failure{50};
// Descriptors that come back one by one make accepts fail and succeed in turn.
constexpr std::chrono::seconds until_trouble_is_over{1};
constexpr std::uint16_t first_free_port = 1024;  // those below are for root, if nobody changed that

constexpr const char* only_reserve_left =
    "the descriptors that are left are kept for webhooks and files";

/// Clients are not given descriptors from this number on: idle ones would keep webhooks from being
/// sent. Where there are few, all of them are for whoever comes first.
int first_reserved_descriptor() {
    constexpr rlim_t few = 64;
    constexpr rlim_t most_reserved = 256;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
    const auto all = std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max());
    return static_cast<int>(all < few ? all : all - std::min(all / 4, most_reserved));
}

/// A descriptor is the lowest number that is free, so it tells how many are taken.
bool is_of_reserve(int descriptor) {
    return descriptor >= first_reserved_descriptor();
}

tcp::endpoint resolve(asio::io_context& context, const std::string& host, std::uint16_t port) {
    error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (!ec) return {address, port};
    tcp::resolver resolver{context};
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, ec);
    if (ec || found.empty()) {
        throw std::runtime_error{"can't find the address of " + host + ": " + ec.message()};
    }
    return found.begin()->endpoint();
}

}  // namespace

bool is_loopback(const std::string& host) {
    try {
        asio::io_context context;
        return resolve(context, host, 0).address().is_loopback();
    } catch (const std::runtime_error&) {
        return false;  // listening there will say why not
    }
}

listener::listener(asio::io_context& context, const std::string& host, std::uint16_t port)
    : acceptor_{context}, pause_{context} {
    const auto endpoint = resolve(context, host, port);
    error_code ec;
    const auto check = [&](const error_code& result) {
        if (!result) return;
        const bool is_reserved = result == asio::error::access_denied && port < first_free_port;
        throw std::runtime_error{"can't listen on " + host + ":" + std::to_string(port) + ": " +
                                 result.message() +
                                 (is_reserved ? " (a port below 1024 takes root or "
                                                "CAP_NET_BIND_SERVICE)"
                                              : "")};
    };
    check(acceptor_.open(endpoint.protocol(), ec));
    check(acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec));
    check(acceptor_.bind(endpoint, ec));
    check(acceptor_.listen(asio::socket_base::max_listen_connections, ec));
    port_ = acceptor_.local_endpoint().port();
}

void listener::start(choose_context choose, accepted take, troubled report) {
    choose_ = std::move(choose);
    take_ = std::move(take);
    report_ = std::move(report);
    accept();
}

void listener::accept() {
    acceptor_.async_accept(choose_(), [this](const error_code& ec, tcp::socket socket) {
        const bool is_last = !ec && is_of_reserve(socket.native_handle());
        if (!ec) take_(std::move(socket));
        if (closed_) return closed_();
        if (ec || is_last) return on_failed(ec ? ec.message() : only_reserve_left);
        on_accepted();
        accept();
    });
}

void listener::on_failed(const std::string& why) {
    last_failure_ = std::chrono::steady_clock::now();
    if (!std::exchange(is_in_trouble_, true)) report_(why);
    accept_later();
}

void listener::on_accepted() {
    if (!is_in_trouble_) return;
    if (std::chrono::steady_clock::now() - last_failure_ < until_trouble_is_over) return;
    is_in_trouble_ = false;
    report_({});
}

void listener::accept_later() {
    pause_.expires_after(pause_after_failure);
    pause_.async_wait([this](const error_code&) {
        if (closed_) return closed_();
        if (!has_room()) return on_failed(only_reserve_left);
        accept();
    });
}

/// What the next connection would be given. If that is none, the accept will say why.
bool listener::has_room() {
    const int next = ::fcntl(acceptor_.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (next < 0) return true;
    ::close(next);
    return !is_of_reserve(next);
}

// Either an accept or a pause is under way; its handler runs once more and says that all is over.
void listener::stop(std::function<void()> closed) {
    closed_ = std::move(closed);
    error_code ec;
    acceptor_.non_blocking(true, ec);
    while (!ec) {
        auto socket = acceptor_.accept(choose_(), ec);
        if (!ec) take_(std::move(socket));
    }
    acceptor_.close(ec);
    pause_.cancel();
}

}  // namespace nexo_mock::net
