#include <support/counted_memory.hpp>
#include <support/http.hpp>
#include <support/servers.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace nexo_mock;
using namespace support;

// What a request may allocate: a budget, so that it can't grow unseen.

namespace {

using boost::asio::ip::tcp;

constexpr auto key = "sk_live_budget";
constexpr auto body = R"({"phone":"+84981234567","code":"482917"})";

server_options options() {
    auto wanted = options_for(R"({
        "account_defaults": {"balance": 1000000},
        "rules": [{"then": {"deliver": true, "after": "50ms"}}]
    })",
                              "real");
    wanted.threads = 1;
    wanted.world.max_deliveries = 500;
    wanted.world.journal.entries = 500;
    return wanted;
}

/// A client that allocates nothing once its first reply has come.
class lean_client {
 public:
    explicit lean_client(unsigned short port) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    /// The reply, which is good until the next call.
    std::string_view ask(const std::string& request) {
        boost::asio::write(socket_, boost::asio::buffer(request));
        std::size_t size = 0;
        for (;;) {
            size += socket_.read_some(boost::asio::buffer(buffer_) + size);
            const std::string_view seen{buffer_.data(), size};
            if (seen.ends_with('}') && seen.find("\r\n\r\n") != std::string_view::npos) return seen;
        }
    }

 private:
    boost::asio::io_context context_;
    tcp::socket socket_{context_};
    std::array<char, 4096> buffer_{};
};

/// How many allocations a request of that kind takes, when everything has been warm for long.
double allocations_of(lean_client& client, const std::string& request, std::string_view status) {
    constexpr int warm_up = 3'000;
    constexpr int measured = 3'000;
    for (int i = 0; i < warm_up; ++i)
        client.ask(request);
    int good = 0;
    const auto before = memory_now().allocations;
    for (int i = 0; i < measured; ++i)
        good += client.ask(request).starts_with(status) ? 1 : 0;
    const auto after = memory_now().allocations;
    CHECK(good == measured);
    return static_cast<double>(after - before) / measured;
}

}  // namespace

TEST_CASE("a request allocates next to nothing") {
    server mock{options()};
    lean_client client{mock.port()};
    const auto send = request_text("POST", "/api/v1/send-otp", key, body);
    CHECK(memory_now().allocations > 0);  // they are counted

    // A page of deliveries for every 64 sends, and of what is due; now and then the date.
    CHECK(allocations_of(client, send, "HTTP/1.1 202") < 0.2);
    CHECK(allocations_of(client, request_text("GET", "/api/v1/balance", key), "HTTP/1.1 200") <
          0.02);

    const auto path = "/api/v1/deliveries/" + json_field(client.ask(send), "id");
    CHECK(allocations_of(client, request_text("GET", path, key), "HTTP/1.1 200") < 0.02);
}
