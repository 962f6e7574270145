#include <nexo_mock/net/reply_player.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace nexo_mock;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr auto patience = 30s;
constexpr domain::duration for_long = 10min;

/// A player on one end of a connection over loopback, whose context runs when a test says so.
struct stage {
    stage() {
        tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        acceptor.accept(served.socket());
        served.socket().set_option(tcp::no_delay{true});
    }

    void play(net::wire_plan plan) {
        intact.reset();
        const auto owner = std::make_shared<int>();
        watched = owner;
        player.play(std::move(plan), owner, [this](bool whole) {
            ++calls;
            intact = whole;
        });
    }
    /// Whether the plan was played to its end.
    bool run() {
        context.restart();
        while (!intact && context.run_one_for(patience) != 0) {
        }
        REQUIRE(intact.has_value());
        return *intact;
    }
    /// Runs what is left: cancelled timers, the watch of the client.
    void run_rest() {
        context.restart();
        context.run_for(patience);
    }
    /// Until it waits for nothing but time or the client.
    void run_what_is_ready() {
        context.restart();
        while (context.poll() != 0) {
        }
    }
    /// That many bytes of what the client gets.
    std::string read(std::size_t count) {
        std::string all(count, '\0');
        asio::read(client, asio::buffer(all));
        return all;
    }
    /// What the client got so far.
    std::string received() {
        boost::system::error_code ec;
        std::string all(client.available(), '\0');
        all.resize(asio::read(client, asio::buffer(all), ec));
        return all;
    }
    void reset_by_client() {
        client.set_option(asio::socket_base::linger{true, 0});
        client.close();
        served.socket().wait(tcp::socket::wait_read);  // until that has come
    }

    asio::io_context context;
    asio::io_context client_context;
    net::connection served{tcp::socket{context}};
    tcp::socket client{client_context};
    net::reply_player player{served};
    std::weak_ptr<int> watched;
    int calls = 0;
    std::optional<bool> intact;
};

net::wire_plan text(std::string bytes) {
    net::wire_plan plan;
    plan.bytes = std::move(bytes);
    return plan;
}

net::wire_plan wait_for(domain::duration wait, std::string bytes = "bytes") {
    auto plan = text(std::move(bytes));
    plan.wait = wait;
    return plan;
}

net::wire_plan drip(std::size_t pieces, domain::duration spread, std::string bytes = "0123456789") {
    auto plan = text(std::move(bytes));
    plan.pieces = pieces;
    plan.spread = spread;
    return plan;
}

net::wire_plan silence(domain::duration lasts) {
    net::wire_plan plan;
    plan.silence = lasts;
    return plan;
}

}  // namespace

TEST_CASE("a plan of nothing ends, but not before play() has returned") {
    stage on;
    on.play({});
    CHECK(on.calls == 0);
    CHECK(on.run());
    CHECK(on.received().empty());
}

TEST_CASE("bytes are sent whole") {
    stage on;
    const std::string bytes(100'000, 'b');
    on.play(text(bytes));
    CHECK(on.run());
    CHECK(on.read(bytes.size()) == bytes);
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("nothing is sent before the wait is over") {
    stage on;
    const auto began = clock_type::now();
    on.play(wait_for(30ms));
    on.run_what_is_ready();
    if (clock_type::now() - began < 30ms) CHECK(on.received().empty());
    CHECK(on.run());
    CHECK(clock_type::now() - began >= 30ms);
    CHECK(on.read(5) == "bytes");
}

TEST_CASE("pieces come one by one and take their time together") {
    for (const std::size_t pieces : {2U, 3U, 7U, 10U}) {
        CAPTURE(pieces);
        stage on;
        const auto began = clock_type::now();
        on.play(drip(pieces, 30ms));
        std::vector<std::string> seen;
        while (!on.intact && on.context.run_one_for(patience) != 0) {
            auto part = on.received();
            if (!part.empty()) seen.push_back(std::move(part));
        }
        CHECK(on.intact == true);
        CHECK(clock_type::now() - began >= 30ms);
        std::string whole;
        for (const auto& part : seen) {
            whole += part;
            CHECK(part.size() >= 10 / pieces);
        }
        CHECK(seen.size() > 1);
        CHECK(seen.size() <= pieces);
        CHECK(whole + on.read(10 - whole.size()) == "0123456789");
    }
}

TEST_CASE("pieces without a spread come at once") {
    stage on;
    on.play(drip(10, 0s));
    CHECK(on.run());
    CHECK(on.read(10) == "0123456789");
}

TEST_CASE("silence lasts as long as the plan says") {
    stage on;
    const auto began = clock_type::now();
    on.play(silence(30ms));
    CHECK(on.run());
    CHECK(clock_type::now() - began >= 30ms);
    CHECK(on.received().empty());
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("silence may follow bytes") {
    stage on;
    auto plan = silence(for_long);
    plan.bytes = "bytes";
    on.play(plan);
    on.run_what_is_ready();
    CHECK(on.read(5) == "bytes");
    CHECK(on.calls == 0);
    on.player.hurry();
    CHECK(on.run());
}

TEST_CASE("a hurry ends a silence, and then it was played to its end") {
    stage on;
    on.play(silence(for_long));
    on.run_what_is_ready();
    CHECK(on.calls == 0);
    on.player.hurry();
    on.player.hurry();
    CHECK(on.calls == 0);
    CHECK(on.run());
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a hurry cuts waits and drips short, and all is sent") {
    stage on;
    const auto began = clock_type::now();
    on.play(wait_for(for_long));
    on.player.hurry();
    CHECK(on.run());
    on.play(drip(10, for_long));
    on.run_what_is_ready();
    on.player.hurry();
    CHECK(on.run());
    CHECK(on.read(15) == "bytes0123456789");
    CHECK(clock_type::now() - began < patience);
    on.player.hurry();  // there is nothing to hurry
    on.run_rest();
    CHECK(on.calls == 2);
}

TEST_CASE("a stop ends a wait, a drip and a silence, which then were not played to their end") {
    struct row {
        std::string_view what;
        net::wire_plan plan;
    };
    for (auto& [what, plan] : {row{"wait", wait_for(for_long)}, row{"drip", drip(10, for_long)},
                               row{"silence", silence(for_long)}}) {
        CAPTURE(what);
        stage on;
        on.play(plan);
        on.run_what_is_ready();
        REQUIRE(on.calls == 0);
        on.player.stop();
        on.player.stop();
        CHECK_FALSE(on.run());
        on.run_rest();
        CHECK(on.calls == 1);
        CHECK(on.received().size() <= 1);
    }
}

TEST_CASE("a stop before anything ran ends it, too, and one after the end changes nothing") {
    stage on;
    on.player.stop();
    on.play(wait_for(for_long));
    on.player.stop();
    CHECK_FALSE(on.run());
    on.player.stop();
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a client that leaves is noticed in a silence") {
    for (const std::string_view how : {"close", "reset", "half"}) {
        CAPTURE(how);
        stage on;
        on.play(silence(for_long));
        on.run_what_is_ready();
        REQUIRE(on.calls == 0);
        if (how == "close") on.client.close();
        if (how == "reset") on.reset_by_client();
        if (how == "half") on.client.shutdown(tcp::socket::shutdown_send);
        CHECK_FALSE(on.run());
        on.run_rest();
        CHECK(on.calls == 1);
    }
}

TEST_CASE("a client that leaves during a wait ends it") {
    stage on;
    on.play(wait_for(for_long));
    on.run_what_is_ready();
    on.reset_by_client();
    CHECK_FALSE(on.run());
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a client that only says that it sends nothing more gets its reply, without the wait") {
    stage on;
    on.play(wait_for(for_long));
    on.run_what_is_ready();
    on.client.shutdown(tcp::socket::shutdown_send);
    CHECK(on.run());
    CHECK(on.read(5) == "bytes");
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a request that comes during a wait stays for later and does not end it") {
    stage on;
    const auto began = clock_type::now();
    on.play(wait_for(30ms));
    asio::write(on.client, asio::buffer(std::string("next")));
    on.served.socket().wait(tcp::socket::wait_read);
    CHECK(on.run());
    CHECK(clock_type::now() - began >= 30ms);
    CHECK(on.served.socket().available() == 4);
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a client that leaves during a drip is noticed with the next piece") {
    stage on;
    on.play(drip(10, 200ms));
    on.run_what_is_ready();
    on.reset_by_client();
    CHECK_FALSE(on.run());
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("what a client sends into a silence is dropped and does not end it") {
    stage on;
    on.play(silence(for_long));
    for (int i = 0; i < 3; ++i) {
        asio::write(on.client, asio::buffer(std::string(10'000, 'x')));
        on.served.socket().wait(tcp::socket::wait_read);
        on.run_what_is_ready();
        CHECK(on.calls == 0);
    }
    on.player.hurry();
    CHECK(on.run());
}

TEST_CASE("a write that the client does not read is ended by closing the socket") {
    stage on;
    on.play(text(std::string(64U << 20, 'b')));
    on.run_what_is_ready();
    REQUIRE(on.calls == 0);
    on.served.close();
    on.player.stop();
    CHECK_FALSE(on.run());
    on.run_rest();
    CHECK(on.calls == 1);
}

TEST_CASE("a client that leaves as the silence ends is told of once") {
    for (int i = 0; i < 20; ++i) {
        stage on;
        on.play(silence(1ms));
        on.run_what_is_ready();
        on.client.close();
        on.player.hurry();
        on.run();
        on.player.stop();
        on.run_rest();
        CHECK(on.calls == 1);
    }
}

TEST_CASE("one plan can follow another, from where the first one ended") {
    stage on;
    std::vector<net::wire_plan> plans{text("one "), wait_for(1ms, "two "), drip(3, 3ms, "three "),
                                      silence(1ms), text("four")};
    std::vector<bool> ends;
    const auto owner = std::make_shared<int>();
    std::function<void(bool)> next = [&](bool whole) {
        ends.push_back(whole);
        if (ends.size() < plans.size()) on.player.play(plans[ends.size()], owner, next);
    };
    on.player.play(plans.front(), owner, next);
    on.context.run_for(patience);
    CHECK(ends == std::vector<bool>(plans.size(), true));
    CHECK(on.read(18) == "one two three four");
}

TEST_CASE("the owner is kept until the end, and not longer") {
    stage on;
    on.play(wait_for(5ms));
    on.run_what_is_ready();
    CHECK_FALSE(on.watched.expired());
    on.run();
    on.run_rest();
    CHECK(on.watched.expired());

    on.play(silence(for_long));
    on.run_what_is_ready();
    on.player.stop();
    on.run();
    on.run_rest();
    CHECK(on.watched.expired());
}

TEST_CASE("many plans on many connections share one thread") {
    constexpr std::size_t count = 50;
    asio::io_context context;
    asio::io_context clients_context;
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    std::vector<tcp::socket> clients;
    std::vector<std::unique_ptr<net::connection>> served;
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(clients_context).connect(acceptor.local_endpoint());
        served.push_back(std::make_unique<net::connection>(acceptor.accept()));
    }
    std::vector<std::unique_ptr<net::reply_player>> players;
    std::size_t ended = 0;
    const auto began = clock_type::now();
    for (auto& each : served) {
        players.push_back(std::make_unique<net::reply_player>(*each));
        players.back()->play(drip(10, 100ms), std::make_shared<int>(),
                             [&](bool whole) { ended += whole ? 1 : 0; });
    }
    context.run_for(patience);
    CHECK(ended == count);
    // Beside each other: one after another they would take five seconds.
    CHECK(clock_type::now() - began < count * 100ms);
}

TEST_CASE("a stop at the very moment at which a silence is over ends it") {
    stage on;
    asio::steady_timer first{on.context, clock_type::now() + 10ms};
    first.async_wait([&](const boost::system::error_code&) {
        on.served.close();
        on.player.stop();
    });
    on.play(silence(10ms));
    on.run_what_is_ready();
    while (clock_type::now() < first.expiry() + 5ms) {  // both are over when the context looks
    }
    const auto began = clock_type::now();
    CHECK_FALSE(on.run());
    on.run_rest();
    CHECK(on.calls == 1);
    CHECK(clock_type::now() - began < patience);
}

TEST_CASE("a silence that was hurried before it began has no length") {
    stage on;
    on.play(silence(for_long));
    on.player.hurry();
    const auto began = clock_type::now();
    CHECK(on.run());
    CHECK(clock_type::now() - began < patience);
}
