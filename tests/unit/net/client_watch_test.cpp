#include <nexo_mock/net/client_watch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace nexo_mock;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr auto patience = 30s;

/// A watched connection over loopback, whose context runs when a test says so.
struct watched {
    watched() {
        tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        acceptor.accept(served.socket());
    }

    void start() {
        const auto made = std::make_shared<int>();
        owner = made;
        watch.start(made, [this] { ++gone; });
    }
    /// One handler, which may have to wait for the client.
    void run_one() {
        context.restart();
        REQUIRE(context.run_one_for(patience) == 1);
    }
    void run_what_is_ready() {
        context.restart();
        while (context.poll() != 0) {
        }
    }
    void send(const std::string& text) { asio::write(client, asio::buffer(text)); }

    asio::io_context context;
    tcp::socket client{context};
    net::connection served{tcp::socket{context}};
    net::client_watch watch{served};
    std::weak_ptr<int> owner;
    int gone = 0;
};

}  // namespace

TEST_CASE("a client that closes, or vanishes, is noticed once") {
    for (const bool vanishes : {false, true}) {
        CAPTURE(vanishes);
        watched test;
        test.start();
        test.run_what_is_ready();
        CHECK(test.gone == 0);
        if (vanishes) test.client.set_option(asio::socket_base::linger{true, 0});
        test.client.close();
        test.run_one();
        test.run_what_is_ready();
        CHECK(test.gone == 1);
        test.watch.give_up();
        CHECK(test.gone == 1);
        CHECK(test.owner.expired());
    }
}

TEST_CASE("a client that only ends its sending counts as gone") {
    watched test;
    test.start();
    test.client.shutdown(tcp::socket::shutdown_send);
    test.run_one();
    CHECK(test.gone == 1);
}

TEST_CASE("what the client sends meanwhile is left for who reads next, and ends the watch") {
    watched test;
    test.start();
    test.send("next");
    test.run_one();
    test.client.close();
    test.run_what_is_ready();
    CHECK(test.gone == 0);
    CHECK(test.owner.expired());
    std::string text(4, '\0');
    asio::read(test.served.socket(), asio::buffer(text));
    CHECK(text == "next");
}

TEST_CASE("a watch that was stopped is silent, and may be started again") {
    watched test;
    test.start();
    test.watch.stop();
    test.start();  // while the look of before is still waiting
    test.watch.stop();
    test.watch.give_up();
    test.client.shutdown(tcp::socket::shutdown_send);
    test.run_one();
    CHECK(test.gone == 0);
    CHECK(test.owner.expired());
    test.start();
    test.run_one();
    CHECK(test.gone == 1);
    CHECK(test.owner.expired());
}

TEST_CASE("a watch that is started again keeps its owner until it has ended") {
    watched test;
    test.start();
    test.watch.stop();
    test.start();
    CHECK_FALSE(test.owner.expired());
    test.client.close();
    test.run_one();
    CHECK(test.gone == 1);
    CHECK(test.owner.expired());
}

TEST_CASE("a watch that gives up says so at once, and lets go with its socket") {
    watched test;
    test.start();
    test.watch.give_up();
    CHECK(test.gone == 1);
    test.served.close();
    test.run_what_is_ready();
    CHECK(test.gone == 1);
    CHECK(test.owner.expired());
}
