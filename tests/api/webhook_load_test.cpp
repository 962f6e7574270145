#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/runtime/webhook_dispatcher.hpp>
#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;
using dispatcher = runtime::webhook_dispatcher;

namespace {

std::string account_of(const std::string& key, const receiver& hook) {
    return R"({"key": ")" + key + R"(", "balance": 1000, "webhook": {"url": ")" + hook.url() +
           R"(", "secret": "whsec_test_123"}})";
}

/// That many sends, in few writes.
void send_many(std::uint16_t port, const std::string& key, std::size_t count) {
    constexpr std::size_t at_once = 100;
    connection to{port};
    while (count > 0) {
        const auto now = std::min(count, at_once);
        std::string requests;
        for (std::size_t i = 0; i < now; ++i)
            requests += request_text("POST", "/api/v1/send-otp", key, otp_body("+84981234567"));
        to.write(requests);
        for (std::size_t i = 0; i < now; ++i)
            REQUIRE(to.read("POST").result_int() == 202);
        count -= now;
    }
}

/// Answers so many requests, and none after them.
receiver::script hangs_after(std::size_t answered) {
    return [=](std::size_t nth, const receiver::request&) { return nth < answered ? 200 : -1; };
}

}  // namespace

TEST_CASE("ten thousand deliveries that end in the same second are each told once") {
    constexpr std::size_t count = 10'000;
    receiver hook{{200}};
    server mock{options_for(R"({"accounts": [)" + account_of("sk_live_burst", hook) +
                                R"(], "rules": [{"then": {"deliver": true, "after": "2s"}}]})",
                            "manual@2026-05-26T10:00:00Z")};
    send_many(mock.port(), "sk_live_burst", count);
    client user{mock.port(), "sk_live_burst"};
    user.put("/_mock/clock", R"({"mode":"real","now":"2026-05-26T10:00:02Z"})");

    REQUIRE(hook.gets(count, std::chrono::seconds{60}));
    const codec::webhook_signer signer{"whsec_test_123"};
    std::set<std::string> told;
    for (const auto& each : hook.requests()) {
        told.insert(json_field(each.body(), "id"));
        REQUIRE(each["X-NEXO-Signature"] == signer.sign(each.body()));
        REQUIRE(json_field(each.body(), "completed_at") == "2026-05-26T10:00:02Z");
    }
    CHECK(told.size() == count);
    CHECK(hook.requests().size() == count);
    CHECK(hook.connections() <= dispatcher::max_in_flight);
}

TEST_CASE("under load, too, a delivery's second webhook waits for the first to be acknowledged") {
    constexpr std::size_t count = 300;
    std::mutex mutex;  // guards what the receiver notes, on its thread
    int too_early = 0;
    std::map<std::string, int> seen;
    std::set<std::string> acknowledged;
    receiver hook{[&](std::size_t nth, const receiver::request& told) {
        const auto id = json_field(told.body(), "id");
        const bool is_first = told["X-NEXO-Event-Type"] == "otp.delivered";
        const std::lock_guard lock{mutex};
        if (!is_first && !acknowledged.contains(id)) ++too_early;
        if (nth % 7 == 0) return 500;
        if (is_first) acknowledged.insert(id);
        ++seen[id];
        return 200;
    }};
    server mock{options_for(
        R"({"webhook": {"retry": ["1ms", "1ms", "1ms", "1ms", "1ms", "1ms", "1ms", "1ms"]},
            "accounts": [)" +
            account_of("sk_live_order", hook) +
            R"(], "rules": [{"then": {"timeline": [{"after": "2s", "status": "delivered"},
                                                   {"after": "2s", "status": "failed"}]}}]})",
        "manual")};
    send_many(mock.port(), "sk_live_order", count);
    client user{mock.port(), "sk_live_order"};
    user.put("/_mock/clock", R"({"mode":"real","now":"2100-01-01T00:00:00Z"})");
    // Each seventh request is tried again, and so is each seventh of those.
    REQUIRE(hook.gets(2 * count + 2 * count / 6, std::chrono::seconds{60}));
    user.put("/_mock/clock", R"({"mode":"manual"})");
    user.advance(R"({"to":"idle"})");
    const std::lock_guard lock{mutex};
    CHECK(too_early == 0);
    REQUIRE(seen.size() == count);
    for (const auto& [id, times] : seen)
        REQUIRE(times == 2);
}

TEST_CASE("a receiver that answers gets more at once, and no more than it leaves free") {
    constexpr std::size_t answered = 2'000;
    receiver hook{hangs_after(answered)};
    server mock{options_for(R"({"accounts": [)" + account_of("sk_live_fast", hook) +
                                R"(], "rules": [{"then": {"deliver": true, "after": "2s"}}]})",
                            "manual")};
    send_many(mock.port(), "sk_live_fast", answered + dispatcher::max_in_flight);
    client user{mock.port(), "sk_live_fast"};
    user.put("/_mock/clock", R"({"mode":"real","now":"2100-01-01T00:00:00Z"})");
    const auto most = (dispatcher::max_in_flight - dispatcher::kept_for_others) / 2;
    CHECK(hook.gets(answered + most));
    CHECK_FALSE(hook.gets(answered + most + 1, std::chrono::milliseconds{100}));
}

TEST_CASE("receivers that hang with all they may hold leave the webhooks of others on time") {
    constexpr std::size_t answered = 1'000;
    constexpr std::size_t count = 20;  // more than could hold 16 each if all were given away
    receiver good{{200}};
    std::vector<std::unique_ptr<receiver>> bad;
    std::string accounts = account_of("sk_live_fine", good);
    for (std::size_t nth = 0; nth < count; ++nth) {
        bad.push_back(std::make_unique<receiver>(hangs_after(answered)));
        accounts += "," + account_of("sk_live_bad_" + std::to_string(nth), *bad.back());
    }
    auto options = options_for(
        R"({"accounts": [)" + accounts + R"(], "rules": [{"then": {"deliver": true}}]})", "real");
    options.threads = 1;
    server mock{std::move(options)};
    for (std::size_t nth = 0; nth < count; ++nth) {
        send_many(mock.port(), "sk_live_bad_" + std::to_string(nth), answered + 200);
        REQUIRE(bad[nth]->gets(answered + dispatcher::max_in_flight_of_account));
    }
    send_many(mock.port(), "sk_live_fine", 50);
    CHECK(good.gets(50));
}

TEST_CASE("no crowd of receivers that hang takes the room of those that answer") {
    constexpr std::size_t crowd = 64;  // with sixteen each they could hold all there is, twice
    receiver good{{200}};
    receiver bad{hangs_after(0)};
    std::string accounts = account_of("sk_live_fine", good);
    for (std::size_t nth = 0; nth < crowd; ++nth)
        accounts += "," + account_of("sk_live_bad_" + std::to_string(nth), bad);
    auto options = options_for(
        R"({"accounts": [)" + accounts + R"(], "rules": [{"then": {"deliver": true}}]})", "real");
    options.threads = 1;
    server mock{std::move(options)};
    send_many(mock.port(), "sk_live_fine", 1);
    REQUIRE(good.gets(1));
    for (std::size_t nth = 0; nth < crowd; ++nth)
        send_many(mock.port(), "sk_live_bad_" + std::to_string(nth), 50);
    REQUIRE(bad.gets(dispatcher::max_in_flight_unproven));
    send_many(mock.port(), "sk_live_fine", 50);
    CHECK(good.gets(51, std::chrono::seconds{5}));  // a hung attempt would end after ten
    CHECK(bad.requests().size() == dispatcher::max_in_flight_unproven);
}

TEST_CASE("receivers known to be slow leave room for those nobody knows yet") {
    constexpr std::size_t crowd = 64;
    receiver good{{200}};
    receiver bad{hangs_after(0)};
    std::string accounts = account_of("sk_live_fresh", good);
    for (std::size_t nth = 0; nth < crowd; ++nth)
        accounts += "," + account_of("sk_live_bad_" + std::to_string(nth), bad);
    const auto settled = dispatcher::slow + std::chrono::milliseconds{200};
    auto options = options_for(R"({"webhook": {"timeout": ")" + std::to_string(settled.count()) +
                                   R"(ms"}, "accounts": [)" + accounts +
                                   R"(], "rules": [{"then": {"deliver": true}}]})",
                               "real");
    options.threads = 1;
    server mock{std::move(options)};
    for (std::size_t nth = 0; nth < crowd; ++nth)
        send_many(mock.port(), "sk_live_bad_" + std::to_string(nth), 200);
    // By then every account has had a first attempt that ended.
    REQUIRE(bad.gets(3 * crowd * dispatcher::max_in_flight_of_account));
    send_many(mock.port(), "sk_live_fresh", 50);
    CHECK(good.gets(50, settled / 2));
}
