#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr const char* mixed = R"({
  "account_defaults": {"balance": 1000},
  "rules": [{"when": {"chance": 0.3}, "then": {"fail": "busy", "after": "1s..9s"}},
            {"then": {"deliver": true, "after": "1s..60s"}}]})";

/// What one account lived through, as text.
std::string story(std::uint16_t port, const std::string& key) {
    client user{port, key};
    std::string told;
    for (int i = 0; i < 20; ++i) {
        told += user.send_otp("+84981234567").body() + '\n';
        user.advance(R"({"by":"700ms"})");
    }
    told += user.advance(R"({"to":"idle"})") + '\n';
    return told + user.get("/api/v1/balance").body();
}

}  // namespace

TEST_CASE("the same seed and requests give the same story with one thread and with four") {
    std::string first;
    for (const unsigned threads : {1U, 4U, 4U}) {
        auto options = options_for(mixed, "manual@2026-05-26T10:00:00Z");
        options.threads = threads;
        server mock{options};
        const auto told = story(mock.port(), "sk_live_same");
        if (first.empty()) first = told;
        CHECK(told == first);
        CHECK(std::ranges::count(told, '\n') == 21);
    }
    auto options = options_for(mixed, "manual@2026-05-26T10:00:00Z");
    options.seed = 8;
    server mock{options};
    CHECK(story(mock.port(), "sk_live_same") != first);
}

TEST_CASE("accounts in parallel do not disturb each other") {
    auto options = options_for(mixed, "manual@2026-05-26T10:00:00Z");
    std::vector<std::string> alone(16);
    {
        server mock{options};
        for (std::size_t i = 0; i < alone.size(); ++i) {
            alone[i] = story(mock.port(), "sk_live_" + std::to_string(i));
        }
    }
    options.threads = 4;
    server mock{options};
    std::vector<std::string> together(alone.size());
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < together.size(); ++i) {
        workers.emplace_back(
            [&, i] { together[i] = story(mock.port(), "sk_live_" + std::to_string(i)); });
    }
    for (auto& each : workers)
        each.join();
    CHECK(together == alone);
}

TEST_CASE("one account hammered from many connections adds up") {
    receiver hook{{200, 500, 200}};
    auto options = options_for(
        R"({"webhook": {"url": ")" + hook.url() + R"(", "secret": "s", "retry": ["1ms"]},
            "account_defaults": {"balance": 1000, "free_credit": 0},
            "rules": [{"when": {"every": 2}, "then": {"fail": "busy", "after": "1ms"}},
                      {"then": {"deliver": true, "after": "1ms"}}]})",
        "real");
    options.threads = 4;
    server mock{options};
    std::vector<std::thread> workers;
    std::atomic<int> accepted = 0;
    for (int i = 0; i < 8; ++i) {
        workers.emplace_back([&] {
            client user{mock.port(), "sk_live_same"};
            for (int n = 0; n < 50; ++n)
                accepted += user.send_otp("+84981234567").result_int() == 202;
        });
    }
    for (auto& each : workers)
        each.join();
    CHECK(accepted == 400);
    hook.wait_for(400);
    client user{mock.port(), "sk_live_same"};
    std::string health;
    do {
        health = user.get("/_mock/health").body();
    } while (json_field(health, "acknowledged") != "400");
    CHECK(json_field(health, "delivered") == "200");
    CHECK(json_field(health, "failed") == "200");
    CHECK(json_field(user.get("/api/v1/balance").body(), "balance") == "995.6");
}

TEST_CASE("resets in the middle of traffic lose no reply and leave no trace") {
    receiver hook{{200}};
    auto options = options_for(R"({"webhook": {"url": ")" + hook.url() +
                                   R"(", "secret": "s"}, "account_defaults": {"balance": 1000},
                                   "rules": [{"then": {"deliver": true, "after": "1ms"}}]})",
                               "real");
    options.threads = 4;
    server mock{options};
    std::vector<std::thread> workers;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([&, i] {
            client user{mock.port(), "sk_live_" + std::to_string(i % 2)};
            for (int n = 0; n < 100; ++n)
                answered += user.send_otp("+84981234567").result_int() == 202;
        });
    }
    client all{mock.port(), ""};
    client one{mock.port(), "sk_live_0"};
    for (int i = 0; i < 20; ++i) {
        CHECK(all.post("/_mock/reset", "").result_int() == 200);
        CHECK(one.post("/_mock/reset", "").result_int() == 200);
    }
    for (auto& each : workers)
        each.join();
    CHECK(answered == 400);
    all.post("/_mock/reset", "");
    CHECK(json_field(all.get("/_mock/health").body(), "accepted") == "0");
}
