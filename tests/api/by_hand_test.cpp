#include <support/under_way.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

/// One rule for all, with webhooks to that receiver.
std::string scenario_with(const receiver& hook, const std::string& then,
                          const std::string& retry = R"(["1h"])") {
    return R"({"webhook": {"url": ")" + hook.url() + R"(", "secret": "s", "retry": )" + retry +
           R"(}, "account_defaults": {"balance": 1000, "free_credit": 0},
        "rules": [{"then": )" +
           then + "}]}";
}

constexpr const char* after_two_seconds = R"({"deliver": true, "after": "2s"})";
constexpr const char* never_ends = R"({"pending": true})";
constexpr const char* busy = R"({"status":"failed","error_code":"busy"})";
constexpr const char* delivered = R"({"status":"delivered"})";

json delivery_of(client& user, const std::string& id) {
    return json{user.get("/_mock/deliveries/" + id).body()}["delivery"];
}

std::string state_of(client& user, const std::string& id) {
    return delivery_of(user, id)["webhooks"].items().at(0)["state"].text();
}

/// Until the account has that many ended attempts.
void wait_for_attempts(client& user, std::size_t count) {
    while (json{user.get("/_mock/webhooks").body()}["attempts"].size() < count) {
    }
}

std::string redeliver(const std::string& seq) {
    return "/_mock/webhooks/" + seq + "/redeliver";
}

}  // namespace

TEST_CASE("a redelivery that is acknowledged ends the ladder that waits") {
    receiver hook{{500, 200}};
    server mock{options_for(scenario_with(hook, after_two_seconds))};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp(some_phone).body(), "id");
    user.advance(R"({"by":"2s"})");
    const json again{user.post(redeliver("1"), "").body()};
    CHECK(again["attempt"]["kind"].text() == "redelivery");
    CHECK(again["attempt"]["delivery"].text() == id);
    CHECK(again["attempt"]["seq"].number() == 2);
    CHECK(again["attempt"]["outcome"].text() == "acknowledged");
    CHECK(state_of(user, id) == "acknowledged");
    CHECK(json_field(user.advance(R"({"to":"idle"})"), "fired_total") == "0");
    const auto requests = hook.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].body() == requests[1].body());
    CHECK(requests[0]["X-NEXO-Signature"] == requests[1]["X-NEXO-Signature"]);
}

TEST_CASE("a redelivery that fails changes nothing about the ladder") {
    receiver hook{{500, 500, 200}};
    server mock{options_for(scenario_with(hook, after_two_seconds))};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp(some_phone).body(), "id");
    user.advance(R"({"by":"2s"})");
    CHECK(json_field(user.post(redeliver("1"), "").body(), "outcome") == "failed");
    CHECK(state_of(user, id) == "waiting");
    CHECK(json_field(user.advance(R"({"to":"idle"})"), "fired_total") == "1");
    CHECK(state_of(user, id) == "acknowledged");
}

TEST_CASE("a redelivery acknowledges a webhook that was given up") {
    receiver hook{{500, 200}};
    server mock{options_for(scenario_with(hook, after_two_seconds, "[]"))};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp(some_phone).body(), "id");
    user.advance(R"({"to":"idle"})");
    CHECK(state_of(user, id) == "given_up");
    CHECK(user.get("/_mock/verify?check=webhooks").result_int() == 409);
    for (int i = 0; i < 2; ++i) {
        CHECK(user.post(redeliver("1"), "").result_int() == 200);
        CHECK(state_of(user, id) == "acknowledged");
        const auto counts = json{user.get("/_mock/account").body()}["account"]["webhooks"];
        CHECK(counts["given_up"].number() == 0);
        CHECK(counts["acknowledged"].number() == 1);
    }
    CHECK(user.get("/_mock/verify?check=webhooks").result_int() == 200);
}

TEST_CASE("a redelivery acknowledges its webhook whatever becomes of the attempt on its way") {
    for (const int status : {200, 500}) {
        CAPTURE(status);
        receiver hook{[](std::size_t nth, const receiver::request&) {
            return nth == 0 ? 500 : nth == 1 ? -1 : 200;
        }};
        server mock{
            options_for(scenario_with(hook, R"({"deliver": true})", R"(["1ms", "1h"])"), "real")};
        client user{mock.port(), "sk_live_a"};
        const auto id = json_field(user.send_otp(some_phone).body(), "id");
        REQUIRE(hook.gets(2));  // the retry is on its way
        CHECK(json_field(user.post(redeliver("1"), "").body(), "outcome") == "acknowledged");
        CHECK(state_of(user, id) == "waiting");
        hook.release(status);
        wait_for_attempts(user, 3);
        CHECK(state_of(user, id) == "acknowledged");
        const auto counts = json{user.get("/_mock/account").body()}["account"]["webhooks"];
        CHECK(counts["acknowledged"].number() == 1);
        CHECK(counts["waiting"].number() == 0);
    }
}

TEST_CASE("what a redelivery makes due goes out by itself where the clock runs") {
    receiver hook{{500, 200}};
    server mock{
        options_for(scenario_with(hook, R"({"deliver": true, "webhook": {"copies": 2}})"), "real")};
    client user{mock.port(), "sk_live_a"};
    user.send_otp(some_phone);
    wait_for_attempts(user, 1);
    CHECK(json_field(user.post(redeliver("1"), "").body(), "outcome") == "acknowledged");
    CHECK(hook.gets(3));  // the second copy, which waited for the first
}

TEST_CASE("redeliveries and pings are answered once each while resets come") {
    receiver hook{
        [](std::size_t nth, const receiver::request&) { return nth % 5 == 0 ? 500 : 200; }};
    auto options = options_for(scenario_with(hook, R"({"deliver": true})"), "real");
    options.threads = 4;
    server mock{options};
    std::atomic<bool> ends = false;
    std::atomic<int> strange = 0;               // "no_target" among them: there is one always
    std::array<std::atomic<int>, 3> answers{};  // done, reset, not found
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
        threads.emplace_back([&, t] {
            client user{mock.port(), "sk_live_" + std::to_string(t % 3)};
            while (!ends) {
                user.send_otp(some_phone);
                const json known{user.get("/_mock/webhooks?limit=1").body()};
                const auto attempts = known["attempts"].items();
                const auto target = attempts.empty() || t % 2 == 0
                                        ? std::string{"/_mock/webhooks/ping"}
                                        : redeliver(attempts[0]["seq"].text());
                const auto reply = user.post(target, "");
                const auto error = json_field(reply.body(), "error");
                if (reply.result_int() == 200)
                    ++answers[0];
                else if (error == "reset")
                    ++answers[1];
                else if (error == "not_found")
                    ++answers[2];
                else
                    ++strange;
            }
        });
    }
    client all{mock.port(), ""};
    client one{mock.port(), "sk_live_1"};
    for (int i = 0; i < 200; ++i)
        CHECK((i % 2 == 0 ? all : one).post("/_mock/reset", "").result_int() == 200);
    ends = true;
    for (auto& each : threads)
        each.join();
    CHECK(strange == 0);
    CHECK(answers[0] > 0);
    REQUIRE(all.post("/_mock/reset", "").result_int() == 200);
    CHECK(json{all.get("/_mock/webhooks").body()}["attempts"].size() == 0);
    one.send_otp(some_phone);
    wait_for_attempts(one, 1);
    CHECK(json{all.get("/_mock/webhooks").body()}["attempts"].size() == 1);
}

TEST_CASE("a ping that a reset overtakes says so, and its receiver's answer counts for nothing") {
    receiver hook{{-1}};
    for (const bool of_all : {true, false}) {
        CAPTURE(of_all);
        server mock{options_for(scenario_with(hook, after_two_seconds))};
        client user{mock.port(), "sk_live_a"};
        client all{mock.port(), ""};
        connection pinging{mock.port()};
        const auto before = hook.requests().size();
        pinging.write(request_text("POST", "/_mock/webhooks/ping", "sk_live_a"));
        REQUIRE(hook.gets(before + 1));
        (of_all ? all : user).post("/_mock/reset", "");
        const auto reply = pinging.read();
        CHECK(reply.result_int() == 409);
        CHECK(json_field(reply.body(), "error") == "reset");
        hook.release(200);
        CHECK(json{user.get("/_mock/webhooks").body()}["attempts"].size() == 0);
    }
}

TEST_CASE("a delivery is ended by hand whatever the clock, and tells its webhook") {
    for (const std::string clock : {"manual", "real", "instant", "x60"}) {
        CAPTURE(clock);
        receiver hook{{200}};
        server mock{options_for(scenario_with(hook, never_ends), clock)};
        client user{mock.port(), "sk_live_a"};
        for (const std::string outcome : {busy, delivered}) {
            CAPTURE(outcome);
            const bool fails = outcome == busy;
            const auto before = hook.requests().size();
            const auto id = json_field(user.send_otp(some_phone).body(), "id");
            const auto reply = user.post("/_mock/deliveries/" + id + "/complete", outcome);
            const json ended{reply.body()};
            CHECK(ended["delivery"]["status"].text() == (fails ? "failed" : "delivered"));
            CHECK(ended["delivery"]["settlement"].text() == (fails ? "refunded" : "charged"));
            CHECK(hook.gets(before + 1));
            CHECK(hook.requests().back()["X-NEXO-Event-Type"] ==
                  (fails ? "otp.failed" : "otp.delivered"));
            const auto again = user.post("/_mock/deliveries/" + id + "/complete", outcome);
            CHECK(again.result_int() == 409);
            CHECK(json_field(again.body(), "error") == "already_ended");
        }
        CHECK(json_field(user.get("/api/v1/balance").body(), "balance") == "999.978");
    }
}

TEST_CASE(
    "a delivery that is ended by hand while an advance waits is part of what the advance tells") {
    std::atomic<bool> answers = false;
    receiver hook{[&](std::size_t, const receiver::request&) { return answers ? 200 : -1; }};
    server mock{options_for(R"({"webhook": {"url": ")" + hook.url() +
                                R"(", "secret": "s"}, "rules": [
        {"when": {"code": "1*"}, "then": {"deliver": true, "after": "2s"}},
        {"then": {"pending": true}}]})",
                            "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    const auto first = json_field(user.send_otp(some_phone, "1111").body(), "id");
    const auto second = json_field(user.send_otp(some_phone, "2222").body(), "id");
    connection advancing{mock.port()};
    advancing.write(request_text("POST", "/_mock/clock/advance", "sk_live_a", R"({"to":"idle"})"));
    REQUIRE(hook.gets(1));
    const json ended{user.post("/_mock/deliveries/" + second + "/complete", busy).body()};
    CHECK(ended["delivery"]["completed_at"].text() == "2026-05-26T10:00:02.000Z");
    REQUIRE(hook.gets(2));
    CHECK(advancing.is_silent());
    answers = true;
    hook.release(200);
    const json report{advancing.read().body()};
    std::map<std::string, int> fired;
    for (const auto& each : report["fired"].items())
        ++fired[each["type"].text() + (each["delivery"].text() == first ? " first" : " second")];
    CHECK(fired == std::map<std::string, int>{{"delivery first", 1},
                                              {"delivery second", 1},
                                              {"webhook first", 1},
                                              {"webhook second", 1}});
    CHECK(report["now"].text() == "2026-05-26T10:00:02.000Z");
}

TEST_CASE("a delivery ends once, whether its course or somebody's hand is first") {
    receiver hook{{200}};
    auto options = options_for(
        scenario_with(hook, R"({"deliver": true, "after": "0s..3ms", "carrier_status": "course"})"),
        "real");
    options.threads = 4;
    server mock{options};
    constexpr int sends_of_each = 100;
    std::atomic<int> by_hand = 0;
    std::atomic<int> strange = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            client user{mock.port(), "sk_live_a"};
            for (int i = 0; i < sends_of_each; ++i) {
                const auto id = json_field(user.send_otp(some_phone).body(), "id");
                const auto reply = user.post("/_mock/deliveries/" + id + "/complete", busy);
                if (reply.result_int() == 200)
                    ++by_hand;
                else if (json_field(reply.body(), "error") != "already_ended")
                    ++strange;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    constexpr std::size_t sends = 4 * sends_of_each;
    client user{mock.port(), "sk_live_a"};
    wait_for_attempts(user, 100);
    REQUIRE(hook.gets(sends));
    const auto accounts = [&] { return json{user.get("/_mock/account").body()}["account"]; };
    while (accounts()["webhooks"]["acknowledged"].number() != sends) {
    }
    const auto failed = static_cast<std::size_t>(by_hand.load());
    CHECK(strange == 0);
    CHECK(accounts()["deliveries"]["failed"].number() == failed);
    CHECK(accounts()["deliveries"]["delivered"].number() == sends - failed);
    CHECK(accounts()["deliveries"]["pending"].number() == 0);
    const auto left = std::llround(std::stod(accounts()["balance"].text()) * 1000);
    CHECK(left == 1'000'000 - 22 * static_cast<long long>(sends - failed));  // tenths of a cent
    std::size_t told_failed = 0;
    for (const auto& each : hook.requests())
        told_failed += each["X-NEXO-Event-Type"] == "otp.failed";
    CHECK(told_failed == failed);
    CHECK(hook.requests().size() == sends);
}

TEST_CASE("a delivery that had ended before its scenario took that back is not ended again") {
    auto options = options_for(R"({"account_defaults": {"balance": 1000}, "rules": [
        {"then": {"timeline": [{"after": "1s", "status": "delivered"},
                               {"after": "2s", "status": "sent"}]}}]})");
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp(some_phone).body(), "id");
    user.advance(R"({"to":"idle"})");
    CHECK(delivery_of(user, id)["status"].text() == "sent");
    CHECK(user.post("/_mock/deliveries/" + id + "/complete", busy).result_int() == 409);
    CHECK(user.send_otp(some_phone).result_int() == 202);
}
