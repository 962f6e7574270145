#include <nexo_mock/net/stream_player.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

using namespace nexo_mock;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr auto patience = 30s;

/// Says what a test tells it to.
struct script final : api::reply_stream {
    next read(std::string& out, std::size_t most) override {
        ++reads;
        out += text.substr(0, most);
        text.erase(0, most);
        if (!text.empty()) return next::more;
        return has_ended ? next::end : next::wait;
    }
    void when_more(std::function<void()> call) override { wake = std::move(call); }
    std::string_view heartbeat() const override { return "beat\n"; }

    std::string text;
    bool has_ended = false;
    int reads = 0;
    std::function<void()> wake;
};

struct stage {
    stage() {
        tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        acceptor.accept(served.socket());
        player = std::make_shared<net::stream_player>(served, source);
    }

    void play() {
        const auto made = std::make_shared<int>();
        owner = made;
        player->play("head\n", made, [this] { ++done; });
    }
    void run_what_is_ready() {
        context.restart();
        while (context.poll() != 0) {
        }
    }
    void run_until_done() {
        context.restart();
        while (done == 0 && context.run_one_for(patience) != 0) {
        }
        run_what_is_ready();
    }
    std::string read(std::size_t count) {
        std::string all(count, '\0');
        asio::read(client, asio::buffer(all));
        return all;
    }

    asio::io_context context;
    tcp::socket client{context};
    net::connection served{tcp::socket{context}};
    std::shared_ptr<script> source = std::make_shared<script>();
    std::shared_ptr<net::stream_player> player;
    std::weak_ptr<int> owner;
    int done = 0;
};

}  // namespace

TEST_CASE("a stream is its head and what its source says, until that ends") {
    stage test;
    test.source->text = "one\n";
    test.play();
    test.run_what_is_ready();
    CHECK(test.read(9) == "head\none\n");
    REQUIRE(test.source->wake);
    test.source->text = "two\n";
    test.source->has_ended = true;
    std::exchange(test.source->wake, nullptr)();
    CHECK(test.done == 0);
    test.run_until_done();
    CHECK(test.read(4) == "two\n");
    CHECK(test.done == 1);
    CHECK(test.player->written_for() == 0s);
    test.served.close();
    test.run_what_is_ready();
    CHECK(test.owner.expired());
}

TEST_CASE("a source is asked for more only once all before is written") {
    stage test;
    test.source->text = std::string(32 * 1024 * 1024, 'x');
    test.play();
    test.run_what_is_ready();
    const auto reads = test.source->reads;
    CHECK(reads < 32 * 16);
    CHECK(test.player->written_for() > 0s);
    test.player->beat();  // a write is under way: nothing goes between
    test.run_what_is_ready();
    CHECK(test.source->reads == reads);
    std::thread reading{[&] { CHECK(test.read(5 + 1024 * 1024).substr(0, 6) == "head\nx"); }};
    while (test.source->reads == reads)
        test.context.run_one_for(patience);
    reading.join();
    test.served.close();
    test.run_until_done();
    CHECK(test.done == 1);
}

TEST_CASE("a silent stream beats, and goes on") {
    stage test;
    test.play();
    test.run_what_is_ready();
    test.player->beat();
    test.run_what_is_ready();
    CHECK(test.read(10) == "head\nbeat\n");
    test.source->text = "more\n";
    test.source->wake();
    test.run_what_is_ready();
    CHECK(test.read(5) == "more\n");
    CHECK(test.done == 0);
}

TEST_CASE("a stream ends once: with its client, or when it is stopped") {
    for (const std::string way : {"closes", "half-closes", "vanishes", "stopped"}) {
        CAPTURE(way);
        stage test;
        test.play();
        test.run_what_is_ready();
        if (way == "stopped") test.player->stop();
        if (way == "half-closes") test.client.shutdown(tcp::socket::shutdown_send);
        if (way == "vanishes") test.client.set_option(asio::socket_base::linger{true, 0});
        if (way == "closes" || way == "vanishes") test.client.close();
        test.run_until_done();
        CHECK(test.done == 1);
        const auto reads = test.source->reads;
        test.source->wake();  // too late
        test.player->beat();
        test.player->stop();
        test.served.close();
        test.run_what_is_ready();
        CHECK(test.done == 1);
        CHECK(test.source->reads == reads);
        CHECK(test.owner.expired());
    }
}

TEST_CASE("a source that wakes a player that is gone does no harm") {
    stage test;
    test.play();
    test.run_what_is_ready();
    test.player->stop();
    test.player.reset();
    test.served.close();
    test.run_what_is_ready();
    test.source->wake();
    test.run_what_is_ready();
    CHECK(test.done == 1);
}
