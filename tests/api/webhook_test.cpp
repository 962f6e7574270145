#include <nexo_mock/codec/signature.hpp>
#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace nexo_mock;
using namespace support;

namespace {

std::string scenario_with(const receiver& of, const std::string& then,
                          const std::string& webhook_settings = {}) {
    return R"({"webhook": {"url": ")" + of.url() + R"(", "secret": "whsec_test_123")" +
           webhook_settings + R"(}, "account_defaults": {"balance": 1000}, "rules": [{"then": )" +
           then + "}]}";
}

constexpr const char* after_two_seconds = R"({"deliver": true, "after": "2s"})";

std::string header(const receiver::request& of, const char* name) {
    return of[name];
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE("a delivered code is told once, signed, with the vendor's fields in the vendor's order") {
    receiver hook{{200}};
    server mock{options_for(scenario_with(hook, after_two_seconds), "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp("+84981234567").body(), "id");
    user.advance(R"({"to":"idle"})");
    const auto requests = hook.requests();
    REQUIRE(requests.size() == 1);
    const auto& told = requests.front();
    CHECK(told.method_string() == "POST");
    CHECK(told.target() == "/hook?a=b");
    CHECK(
        told.body() ==
        R"({"type":"otp.delivered","id":")" + id +
            R"(","phone":"+84981234567","carrier":"viettel","status":"delivered","cost":0.022,)"
            R"("error_code":null,"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:02Z"})");
    CHECK(header(told, "Content-Type") == "application/json");
    CHECK(header(told, "X-NEXO-Event-Type") == "otp.delivered");
    CHECK(header(told, "X-NEXO-Signature") ==
          codec::webhook_signer{"whsec_test_123"}.sign(told.body()));
    CHECK(header(told, "User-Agent").starts_with("nexo-mock/"));
}

TEST_CASE("500, 500, 200 makes three attempts with the same bytes at the ladder's times") {
    receiver hook{{500, 500, 200}};
    server mock{options_for(scenario_with(hook, after_two_seconds), "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    const auto fired = user.advance(R"({"to":"idle"})");
    const auto requests = hook.requests();
    REQUIRE(requests.size() == 3);
    for (const auto& each : requests) {
        CHECK(each.body() == requests.front().body());
        CHECK(header(each, "X-NEXO-Signature") == header(requests.front(), "X-NEXO-Signature"));
    }
    CHECK(fired.find(R"("at":"2026-05-26T10:00:02.000Z","type":"webhook")") != std::string::npos);
    CHECK(fired.find(R"("at":"2026-05-26T10:00:07.000Z","type":"webhook")") != std::string::npos);
    CHECK(fired.find(R"("at":"2026-05-26T10:00:37.000Z","type":"webhook")") != std::string::npos);
    CHECK(json_field(fired, "fired_total") == "4");
}

TEST_CASE("410 ends the ladder at once") {
    receiver hook{{410}};
    server mock{options_for(scenario_with(hook, after_two_seconds))};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp("+84981234567").body(), "id");
    user.advance(R"({"to":"idle"})");
    CHECK(hook.requests().size() == 1);
    CHECK(json_field(user.get("/_mock/deliveries/" + id).body(), "state") == "given_up");
}

TEST_CASE("redirects are not followed and count as failures") {
    receiver hook{{302, 200}};
    server mock{options_for(scenario_with(hook, after_two_seconds))};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    user.advance(R"({"to":"idle"})");
    CHECK(hook.requests().size() == 2);
}

TEST_CASE("a dead receiver is tried six times and the delivery is delivered all the same") {
    std::string url;
    {
        receiver gone{{200}};
        url = gone.url();
    }
    server mock{options_for(R"({"webhook": {"url": ")" + url +
                                R"(", "secret": "s"}, "rules": [{"then": )" + after_two_seconds +
                                "}]}",
                            "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp("+84981234567").body(), "id");
    const auto fired = user.advance(R"({"to":"idle"})");
    CHECK(count(fired, R"("error":"connection refused")") == 6);
    CHECK(json_field(fired, "now") == "2026-05-26T10:42:37.000Z");
    const auto known = user.get("/_mock/deliveries/" + id).body();
    CHECK(json_field(known, "state") == "given_up");
    CHECK(json_field(user.get("/api/v1/deliveries/" + id).body(), "status") == "delivered");
}

TEST_CASE("a receiver that closes without a reply, or never replies, fails the attempt") {
    receiver hook{[](std::size_t nth, const receiver::request&) {
        return nth == 0 ? 0 : nth == 1 ? -1 : 200;
    }};
    server mock{options_for(scenario_with(hook, after_two_seconds, R"(, "timeout": "50ms")"))};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    const auto fired = user.advance(R"({"to":"idle"})");
    CHECK(hook.requests().size() == 3);
    CHECK(fired.find(R"("error":"connection closed without a reply")") != std::string::npos);
    CHECK(fired.find(R"("error":"timeout")") != std::string::npos);
    CHECK(count(fired, R"("acknowledged":true)") == 1);
}

TEST_CASE("the connection to a receiver is kept for the next webhook") {
    receiver hook{{200}};
    server mock{options_for(scenario_with(hook, R"({"deliver": true})"))};
    client user{mock.port(), "sk_live_a"};
    for (int i = 0; i < 10; ++i) {
        user.send_otp("+84981234567");
        user.advance(R"({"to":"idle"})");
    }
    CHECK(hook.requests().size() == 10);
    CHECK(hook.connections() < 10);
}

TEST_CASE(
    "the events of one delivery arrive in order, a later one after the retries of the first") {
    receiver hook{{500, 200, 200}};
    server mock{options_for(scenario_with(
        hook,
        R"({"timeline": [{"after": "1s", "status": "delivered"}, {"after": "2s", "status": "failed"}]})"))};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    user.advance(R"({"to":"idle"})");
    const auto requests = hook.requests();
    REQUIRE(requests.size() == 3);
    CHECK(header(requests[0], "X-NEXO-Event-Type") == "otp.delivered");
    CHECK(header(requests[1], "X-NEXO-Event-Type") == "otp.delivered");
    CHECK(header(requests[2], "X-NEXO-Event-Type") == "otp.failed");
}

TEST_CASE("an account without a target sends nothing and delivers all the same") {
    receiver hook{{200}};
    server mock{options_for(
        R"({"accounts": [{"key": "sk_live_told", "webhook": {"url": ")" + hook.url() +
        R"(", "secret": "s"}}], "rules": [{"then": {"deliver": true, "after": "2s"}}]})")};
    client told{mock.port(), "sk_live_told"};
    client quiet{mock.port(), "sk_live_quiet"};
    told.send_otp("+84981234567");
    const auto id = json_field(quiet.send_otp("+84981234567").body(), "id");
    client all{mock.port(), ""};
    all.advance(R"({"to":"idle"})");
    CHECK(hook.requests().size() == 1);
    CHECK(json_field(quiet.get("/api/v1/deliveries/" + id).body(), "status") == "delivered");
}

TEST_CASE("a receiver that never answers holds up its own account alone") {
    receiver silent{{-1}};
    receiver good{{200}};
    const auto account = [](const std::string& key, const receiver& of) {
        return R"({"key": ")" + key + R"(", "balance": 1000, "webhook": {"url": ")" + of.url() +
               R"(", "secret": "s"}})";
    };
    server mock{options_for(R"({"accounts": [)" + account("sk_live_stuck", silent) + "," +
                                account("sk_live_fine", good) +
                                R"(], "rules": [{"then": {"deliver": true}}]})",
                            "real")};
    client stuck{mock.port(), "sk_live_stuck"};
    client fine{mock.port(), "sk_live_fine"};
    for (int i = 0; i < 400; ++i)
        REQUIRE(stuck.send_otp("+84981234567").result_int() == 202);
    for (int i = 0; i < 50; ++i)
        REQUIRE(fine.send_otp("+84981234567").result_int() == 202);
    CHECK(good.wait_for(50).size() == 50);
    CHECK(silent.requests().size() <= 16);
}

TEST_CASE("what a reset finds in flight never shows up later") {
    receiver hook{{-1}};
    server mock{options_for(scenario_with(hook, R"({"deliver": true})"), "real")};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    hook.wait_for(1);
    user.post("/_mock/reset", "");
    CHECK(user.get("/_mock/deliveries").body() ==
          R"({"ok":true,"deliveries":[],"more":false,"evicted":0})");
    CHECK(user.get("/_mock/health").body().find(R"("waiting":0,"acknowledged":0)") !=
          std::string::npos);
}
