#include <nexo_mock/net/http_client.hpp>
#include <support/counted_memory.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

using namespace nexo_mock;
using namespace support;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr std::string_view end_of_body = "the end";

/// Answers requests on one connection until it is closed, on a thread of its own, without
/// allocating.
class frugal_server {
 public:
    ~frugal_server() { thread_.join(); }
    unsigned short port() const { return acceptor_.local_endpoint().port(); }

 private:
    void serve() {
        constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen";
        auto connection = acceptor_.accept();
        std::array<char, 4096> request{};
        std::size_t size = 0;
        boost::system::error_code closed;
        while (!closed) {
            size += connection.read_some(asio::buffer(request) + size, closed);
            if (!std::string_view{request.data(), size}.ends_with(end_of_body)) continue;
            size = 0;
            asio::write(connection, asio::buffer(reply), closed);
        }
    }

    asio::io_context context_;
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_{[this] { serve(); }};
};

/// Sends one request after another; counts how many were acknowledged.
struct sender {
    void send(int count) {
        left = count;
        next();
        context.restart();
        while (left > 0)
            context.run_one();
    }
    void next() {
        client.send(to, request, [this](const net::client_reply& reply) {
            if (reply.status == 200) ++acknowledged;
            if (--left > 0) next();
        });
    }

    codec::http_url to;
    net::client_request request{};
    asio::io_context context{1};
    net::http_client client{
        context, {.idle = std::chrono::hours{1}, .ca_file = {}, .allowed = {}, .resolve = {}}};
    int left = 0;
    int acknowledged = 0;
};

}  // namespace

TEST_CASE("a request over a kept connection allocates nothing") {
    const frugal_server server;
    const auto url = "http://127.0.0.1:" + std::to_string(server.port()) + "/hook";
    sender from{codec::http_url::parse(url).value()};
    from.request.add_header("Content-Type", "application/json");
    from.request.body = std::string(300, 'x') + std::string{end_of_body};
    from.send(10);  // by then all buffers have grown to what is needed
    const auto before = memory_now().allocations;
    from.send(1'000);
    CHECK(memory_now().allocations - before == 0);
    CHECK(from.acknowledged == 1'010);
}
