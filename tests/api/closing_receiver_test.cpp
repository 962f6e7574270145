#include <nexo_mock/runtime/webhook_dispatcher.hpp>
#include <support/http.hpp>
#include <support/servers.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

using namespace nexo_mock;
using namespace support;
using namespace std::chrono_literals;
using dispatcher = runtime::webhook_dispatcher;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Takes a moment for each request, keeps the connections of the first ones, and closes each of
/// those after them behind its reply. Counts how many requests it has at once.
class closing_receiver {
 public:
    explicit closing_receiver(std::size_t kept) : kept_{kept} {
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ~closing_receiver() {
        context_.stop();
        thread_.join();
    }
    closing_receiver(const closing_receiver&) = delete;
    closing_receiver& operator=(const closing_receiver&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + '/';
    }
    bool answers(std::size_t count) {
        std::unique_lock lock{mutex_};
        return answered_enough_.wait_for(lock, 60s, [&] { return answered_ >= count; });
    }
    /// The most it had at once, from that request on.
    std::size_t most_at_once() {
        const std::lock_guard lock{mutex_};
        return most_;
    }

 private:
    struct session {
        explicit session(tcp::socket from)
            : socket{std::move(from)}, timer{socket.get_executor()} {}
        tcp::socket socket;
        asio::steady_timer timer;
        std::string input;
        std::string output;
    };

    void accept() {
        acceptor_.async_accept([this](const error_code& ec, tcp::socket socket) {
            if (ec) return;
            read(std::make_shared<session>(std::move(socket)));
            accept();
        });
    }
    // A webhook is one JSON object, which ends its body.
    void read(const std::shared_ptr<session>& from) {
        asio::async_read_until(from->socket, asio::dynamic_buffer(from->input), '}',
                               [this, from](const error_code& ec, std::size_t size) {
                                   if (ec) return;
                                   from->input.erase(0, size);
                                   take(from);
                               });
    }
    void take(const std::shared_ptr<session>& from) {
        const bool is_kept = came_++ < kept_;
        ++at_once_;
        // Those that were on their way when the first was closed are more than may follow.
        if (came_ > kept_ + dispatcher::max_in_flight) {
            const std::lock_guard lock{mutex_};
            most_ = std::max(most_, at_once_);
        }
        from->timer.expires_after(2ms);
        from->timer.async_wait([this, from, is_kept](const error_code&) { reply(from, is_kept); });
    }
    void reply(const std::shared_ptr<session>& to, bool is_kept) {
        --at_once_;
        to->output = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if (!is_kept) to->output.insert(to->output.size() - 2, "Connection: close\r\n");
        asio::async_write(to->socket, asio::buffer(to->output),
                          [this, to, is_kept](const error_code& ec, std::size_t) {
                              if (!ec && is_kept) read(to);
                          });
        const std::lock_guard lock{mutex_};
        ++answered_;
        answered_enough_.notify_all();
    }

    asio::io_context context_{1};
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    const std::size_t kept_;
    std::size_t came_ = 0;
    std::size_t at_once_ = 0;
    std::mutex mutex_;
    std::condition_variable answered_enough_;
    std::size_t answered_ = 0;
    std::size_t most_ = 0;
    std::thread thread_;
};

void send_many(const server& to, std::size_t count) {
    connection sending{to.port()};
    for (std::size_t i = 0; i < count; ++i) {
        sending.write(
            request_text("POST", "/api/v1/send-otp", "sk_live_closed", otp_body("+84981234567")));
        REQUIRE(sending.read("POST").result_int() == 202);
    }
}

/// How many at once the receiver has to take once it closes connections, of a crowd due at once.
std::size_t most_at_once(std::size_t kept) {
    const auto count = kept + dispatcher::max_in_flight + 500;
    closing_receiver hook{kept};
    server mock{options_for(R"({"accounts": [{"key": "sk_live_closed", "balance": 1000, "webhook":
                                {"url": ")" +
                                hook.url() + R"(", "secret": "s"}}],
                                "rules": [{"then": {"deliver": true, "after": "2s"}}]})",
                            "manual")};
    send_many(mock, count);
    client user{mock.port(), "sk_live_closed"};
    user.put("/_mock/clock", R"({"mode":"real","now":"2100-01-01T00:00:00Z"})");
    REQUIRE(hook.answers(count));
    return hook.most_at_once();
}

}  // namespace

TEST_CASE("a receiver that closes each connection has sixteen at once") {
    CHECK(most_at_once(0) == dispatcher::max_in_flight_of_account);
}

TEST_CASE("a receiver that begins to close its connections has sixteen at once from then on") {
    CHECK(most_at_once(1'000) == dispatcher::max_in_flight_of_account);
}
