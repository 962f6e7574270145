#include "scripted_server.hpp"
#include <nexo_mock/net/http_client.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

using namespace nexo_mock;

namespace {

thread_local std::size_t allocations = 0;  // of this thread

}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (auto* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

/// A server on a thread of its own, whose allocations are not counted.
struct remote_server {
    ~remote_server() {
        context.stop();
        thread.join();
    }

    boost::asio::io_context context{1};
    scripted_server server{context, {{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen"}}};
    std::thread thread{[this] { context.run(); }};
};

/// Sends one request after another; answers how many were acknowledged.
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
    boost::asio::io_context context{1};
    net::http_client client{context, {.idle = std::chrono::hours{1}, .ca_file = {}}};
    int left = 0;
    int acknowledged = 0;
};

}  // namespace

TEST_CASE("a request over a kept connection allocates nothing") {
    const remote_server remote;
    const auto url = "http://127.0.0.1:" + std::to_string(remote.server.port()) + "/hook";
    sender from{codec::http_url::parse(url).value()};
    from.request.add_header("Content-Type", "application/json");
    from.request.body.assign(300, 'x');
    from.send(10);  // by then all buffers have grown to what is needed
    const auto before = allocations;
    from.send(1'000);
    CHECK(allocations - before == 0);
    CHECK(from.acknowledged == 1'010);
    CHECK(before > 0);  // they are counted
}
