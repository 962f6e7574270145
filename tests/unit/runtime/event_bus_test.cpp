#include <nexo_mock/runtime/event_bus.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using control::scope;
using runtime::event_bus;
using next = api::reply_stream::next;

namespace {

constexpr std::size_t much = 64 * 1024;

std::string read(api::reply_stream& from, next expected = next::wait) {
    std::string out;
    CHECK(from.read(out, much) == expected);
    return out;
}

void publish(event_bus& to, int count, std::string_view key = "sk_live_a") {
    for (int i = 0; i < count; ++i)
        to.publish(key, "request", "{}");
}

std::string event(int id, const std::string& type = "request", const std::string& data = "{}") {
    return "id: " + std::to_string(id) + "\nevent: " + type + "\ndata: " + data + "\n\n";
}

}  // namespace

TEST_CASE("nothing is recorded until somebody follows") {
    event_bus bus;
    CHECK_FALSE(bus.is_on());
    publish(bus, 3);
    const auto first = bus.follow(scope::all(), std::nullopt);
    CHECK(bus.is_on());
    CHECK(read(*first) == ": events follow\n\n");
    publish(bus, 1);
    CHECK(read(*first) == event(1));
    CHECK(read(*first).empty());
    CHECK(bus.evicted() == 0);
}

TEST_CASE("who follows one account gets its events and those of all") {
    event_bus bus;
    const auto own = bus.follow(scope::of("sk_live_a"), std::nullopt);
    const auto any = bus.follow(scope::all(), std::nullopt);
    bus.publish("sk_live_b", "request", "{}");
    bus.publish("sk_live_a", "delivery", "{\"a\":1}");
    bus.publish("", "reset", "{}");
    CHECK(read(*own) ==
          ": events follow\n\n" + event(2, "delivery", "{\"a\":1}") + event(3, "reset"));
    CHECK(read(*any).ends_with(event(1) + event(2, "delivery", "{\"a\":1}") + event(3, "reset")));
}

TEST_CASE("who saw an event goes on behind it") {
    event_bus bus;
    const auto first = bus.follow(scope::all(), std::nullopt);
    publish(bus, 5);
    CHECK(read(*bus.follow(scope::all(), 3)) == ": events follow\n\n" + event(4) + event(5));
    CHECK(read(*bus.follow(scope::all(), 5)) == ": events follow\n\n");
    CHECK(read(*bus.follow(scope::all(), 0))
              .ends_with(event(1) + event(2) + event(3) + event(4) + event(5)));
}

TEST_CASE("who saw what never was is told that nobody knows how much is missed") {
    event_bus bus;
    for (const auto seen : {std::uint64_t{1}, ~std::uint64_t{0}, ~std::uint64_t{0} - 1})
        CHECK(read(*bus.follow(scope::all(), seen)) == "event: gap\ndata: {\"missed\":null}\n\n");
    publish(bus, 2);
    for (const auto seen : {std::uint64_t{3}, ~std::uint64_t{0}}) {
        const auto late = bus.follow(scope::all(), seen);
        CHECK(read(*late) == "event: gap\ndata: {\"missed\":null}\n\n");
        CHECK(read(*late).empty());
    }
}

TEST_CASE(
    "only the latest are kept: who comes back late is told of a gap, who is slow is dropped") {
    event_bus bus;
    const auto slow = bus.follow(scope::all(), std::nullopt);
    publish(bus, event_bus::most_kept);
    CHECK(bus.evicted() == 0);
    CHECK(read(*bus.follow(scope::all(), 0), next::more).find("gap") == std::string::npos);
    publish(bus, 1);
    CHECK(bus.evicted() == 1);
    CHECK(read(*bus.follow(scope::all(), 0), next::more)
              .starts_with("event: gap\ndata: {\"missed\":1}\n\n" + event(2)));
    CHECK(read(*bus.follow(scope::all(), 1), next::more)
              .starts_with(": events follow\n\n" + event(2)));
    CHECK(read(*slow, next::end) ==
          ": events follow\n\nevent: dropped\ndata: {\"reason\":\"too slow: 1 events were evicted "
          "before they were read\"}\n\n");
}

TEST_CASE("a piece is about as long as asked for") {
    event_bus bus;
    const auto one = bus.follow(scope::all(), std::nullopt);
    publish(bus, 10);
    std::string out;
    CHECK(one->read(out, 60) == next::more);
    CHECK(out == ": events follow\n\n" + event(1) + event(2));
    std::string rest;
    while (one->read(rest, 1) == next::more) {
    }
    std::string expected;
    for (int id = 3; id <= 10; ++id)
        expected += event(id);
    CHECK(rest == expected);
}

TEST_CASE("who sleeps is woken once, by the next event, or at once if it is there already") {
    event_bus bus;
    auto one = bus.follow(scope::of("sk_live_a"), std::nullopt);
    read(*one);
    int woken = 0;
    one->when_more([&] { ++woken; });
    CHECK(woken == 0);
    publish(bus, 3, "sk_live_b");  // not for it, but it may look
    CHECK(woken == 1);
    one->when_more([&] { ++woken; });
    CHECK(woken == 2);
    CHECK(read(*one).empty());
    one->when_more([&] { ++woken; });
    CHECK(bus.followers() == 1);
    one.reset();
    CHECK(bus.followers() == 0);
    publish(bus, 1);
    CHECK(woken == 2);
}

TEST_CASE("a follower may outlive the bus") {
    std::shared_ptr<api::reply_stream> one;
    {
        event_bus bus;
        one = bus.follow(scope::all(), std::nullopt);
        publish(bus, 1);
    }
    CHECK(read(*one).ends_with(event(1)));
}

TEST_CASE("followers on other threads lose nothing and see one order") {
    event_bus bus;
    constexpr int publishers = 3;
    constexpr int of_each = 1'000;
    std::atomic<bool> ends = false;
    std::vector<std::string> seen(4);
    std::vector<std::shared_ptr<api::reply_stream>> streams;
    for (std::size_t i = 0; i < seen.size(); ++i)
        streams.push_back(bus.follow(scope::all(), std::nullopt));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        threads.emplace_back([&, i] {
            for (;;) {
                const bool is_over = ends;
                const auto then = streams[i]->read(seen[i], ~std::size_t{0});
                if (then == next::wait) streams[i]->when_more([] {});
                if (is_over && then == next::wait) return;
            }
        });
    }
    std::vector<std::thread> publishing;
    for (int p = 0; p < publishers; ++p)
        publishing.emplace_back([&] { publish(bus, of_each); });
    for (auto& each : publishing)
        each.join();
    ends = true;
    for (auto& each : threads)
        each.join();
    std::string all = ": events follow\n\n";
    for (int i = 1; i <= publishers * of_each; ++i)
        all += event(i);
    for (const auto& each : seen)
        CHECK(each == all);
}
