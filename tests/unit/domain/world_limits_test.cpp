#include <nexo_mock/domain/world.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;
using namespace support;

namespace {

constexpr world_limits few{.max_deliveries = 3, .max_pending = 5};

scenario_ptr rich(std::string_view rules, std::string_view more = "") {
    return scenario_of(R"({"account_defaults": {"balance": 1000}, )" + std::string{more} +
                       R"("rules": [)" + std::string{rules} + "]}");
}

void send(world& of, time_point now = begin, std::string_view phone = some_phone) {
    REQUIRE(of.send_otp({phone, some_code, 1}, now).has_value());
}

void run(world& of, time_point now) {
    effects out;
    of.advance(now, out);
}

}  // namespace

TEST_CASE("the oldest finished deliveries are evicted and counted") {
    auto of = world_of(rich(R"({"then": {"deliver": true}})"), 42, some_key, few);
    for (int i = 0; i < 5; ++i) {
        send(of);
        run(of, begin);
    }
    CHECK(of.deliveries().size() == 3);
    CHECK(of.counts().evicted == 2);
    CHECK(of.counts().delivered == 5);
    CHECK_FALSE(of.view(0).has_value());
    CHECK_FALSE(of.view(1).has_value());
    CHECK(of.view(2).has_value());
    CHECK(of.delivery(of.id_of(1).text(), begin).error().error == api_error::not_found);
    CHECK(of.wallet().charged() == 110000_micros);
}

TEST_CASE("the oldest finished deliveries are evicted as well when they take too many bytes") {
    constexpr std::size_t most = 10'000;
    auto of = world_of(rich(R"({"then": {"deliver": true}})"), 42, some_key,
                       {.max_deliveries = 1'000, .max_delivery_bytes = most});
    for (int i = 0; i < 500; ++i) {
        send(of);
        run(of, begin);
        REQUIRE(of.delivery_bytes() <= most);
    }
    CHECK(of.delivery_bytes() > most - 100);
    CHECK(of.deliveries().size() > 100);
    CHECK(of.counts().evicted == 500 - of.deliveries().size());
    CHECK(of.view(499).has_value());
}

TEST_CASE("webhooks count for the bytes of deliveries, until those are evicted") {
    const auto hooked = scenario_of(R"({"account_defaults": {"balance": 1000,
        "webhook": {"url": "http://a/", "secret": "s"}}, "rules": [{"then": {"deliver": true}}]})");
    auto of = world_of(hooked, 42, some_key, {.max_delivery_bytes = 1});
    effects out;
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto plain = of.delivery_bytes();
        send(of);
        of.advance(begin, out);
        const auto waiting = of.delivery_bytes();
        CHECK(waiting > plain + 300);
        REQUIRE(of.begin_attempt({i, 0, 1}) != nullptr);
        of.finish_attempt({i, 0, 1}, {500, "", std::string(1'000, 'x'), {}}, begin, i + 1);
        CHECK(of.delivery_bytes() > waiting + 1'000);
        of.advance(begin + 5s, out);
        REQUIRE(of.begin_attempt({i, 0, 2}) != nullptr);
        of.finish_attempt({i, 0, 2}, {410, "", "", {}}, begin + 5s, i + 1);
        CHECK(of.delivery_bytes() == 0);
    }
    CHECK(of.counts().evicted == 3);
}

TEST_CASE("a new send evicts as well as a finished one does") {
    auto of = world_of(rich(R"({"when": {"phone": "+8490*"}, "then": {"pending": true}},
                               {"then": {"deliver": true}})"),
                       42, some_key, few);
    for (int i = 0; i < 3; ++i)
        send(of);
    run(of, begin);
    CHECK(of.deliveries().size() == 3);
    send(of, begin, "+84901234567");
    CHECK(of.deliveries().size() == 3);
    CHECK(of.counts().evicted == 1);
    CHECK_FALSE(of.view(0).has_value());
    CHECK(of.view(3).has_value());
}

TEST_CASE("a pending delivery is never evicted") {
    auto of = world_of(rich(R"({"when": {"phone": "+8490*"}, "then": {"pending": true}},
                               {"then": {"deliver": true}})"),
                       42, some_key, few);
    send(of, begin, "+84901234567");
    for (int i = 0; i < 10; ++i) {
        send(of);
        run(of, begin);
    }
    CHECK(of.view(0).has_value());
    CHECK(of.deliveries().size() == 3);
    CHECK(of.counts().pending() == 1);
    CHECK(of.counts().evicted == 8);
}

TEST_CASE("a delivery whose webhook is still to come is not evicted") {
    auto of = world_of(rich(R"({"then": {"deliver": true}})",
                            R"("webhook": {"url": "http://a/", "secret": "s"},)"),
                       42, some_key, few);
    for (int i = 0; i < 5; ++i)
        send(of);
    run(of, begin);
    CHECK(of.deliveries().size() == 5);
    REQUIRE(of.begin_attempt({1, 0, 1}) != nullptr);
    of.finish_attempt({1, 0, 1}, {200, "", "", {}}, begin);
    CHECK(of.deliveries().size() == 4);
    CHECK_FALSE(of.view(1).has_value());
    CHECK(of.webhooks_of(1) == nullptr);
    CHECK(of.view(0).has_value());
}

TEST_CASE("a delivery whose course is not over is not evicted") {
    auto of = world_of(rich(R"({"when": {"phone": "+8490*"}, "then": {"timeline": [
                                   {"after": "1s", "status": "delivered"},
                                   {"after": "9s", "status": "failed"}]}},
                               {"then": {"deliver": true}})"),
                       42, some_key, few);
    send(of, begin, "+84901234567");
    for (int i = 0; i < 4; ++i)
        send(of);
    run(of, begin + 8s);
    CHECK(of.view(0).has_value());
    run(of, begin + 9s);
    CHECK(of.view(0)->outcome.status == delivery_status::failed);
    for (int i = 0; i < 3; ++i)
        send(of, begin + 9s);
    CHECK(of.deliveries().size() == 3);
    CHECK_FALSE(of.view(0).has_value());
}

TEST_CASE("too many pending deliveries refuse further sends until some are over") {
    auto of = world_of(rich(R"({"then": {"deliver": true, "after": "5s"}})"), 42, some_key, few);
    for (int i = 0; i < 5; ++i)
        send(of);
    const auto total = of.wallet().total();
    const auto reply = of.send_otp({some_phone, some_code, 6}, begin);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().error == api_error::service_unavailable);
    CHECK(of.wallet().total() == total);
    run(of, begin + 5s);
    CHECK(of.send_otp({some_phone, some_code, 7}, begin + 5s).has_value());
}

TEST_CASE("an attempt that is finished twice retires its delivery once") {
    auto of = world_of(rich(R"({"then": {"deliver": true}})",
                            R"("webhook": {"url": "http://a/", "secret": "s"},)"),
                       42, some_key, few);
    for (int i = 0; i < 3; ++i)
        send(of);
    run(of, begin);
    for (std::uint64_t i = 0; i < 3; ++i) {
        REQUIRE(of.begin_attempt({i, 0, 1}) != nullptr);
        for (int times = 0; times < 4; ++times) {
            of.finish_attempt({i, 0, 1}, {200, "", "", {}}, begin);
        }
    }
    for (int i = 0; i < 5; ++i)
        send(of);
    CHECK(of.counts().evicted == 3);
    CHECK(of.deliveries().size() == 5);
    CHECK_FALSE(of.send_otp({some_phone, some_code, 9}, begin).has_value());
}

TEST_CASE("an attempt of a delivery without webhooks retires nothing") {
    auto of = world_of(rich(R"({"then": {"deliver": true}})"), 42, some_key, few);
    send(of);
    run(of, begin);
    for (int i = 0; i < 9; ++i)
        of.finish_attempt({0, 0, 1}, {200, "", "", {}}, begin);
    for (int i = 0; i < 5; ++i)
        send(of);
    CHECK(of.counts().evicted == 1);
}
