#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

std::string with_webhook(const receiver& of, const std::string& then, const std::string& retry) {
    return R"({"webhook": {"url": ")" + of.url() + R"(", "secret": "s", "retry": )" + retry +
           R"(}, "account_defaults": {"balance": 1000}, "rules": [{"then": )" + then + "}]}";
}

/// A receiver's answer that waits until it is let go.
struct gate {
    std::promise<void> opener;
    std::shared_future<void> opened{opener.get_future()};
};

}  // namespace

TEST_CASE("an advance reports all it made happen, also at the same instant") {
    struct course {
        std::string then;
        std::string retry;
        std::vector<int> answers;
        std::size_t webhooks;
        std::string fired;
    };
    const std::vector<course> table{
        {R"({"deliver": true, "after": "5s"})",
         R"(["0s", "0s", "0s"])",
         {500, 500, 500, 200},
         4,
         "5"},
        // The later event's first attempt waits for the retry of the one before.
        {R"({"timeline": [{"after": "5s", "status": "delivered"}, {"after": "6s", "status": "failed"}]})",
         R"(["5s"])",
         {500, 200},
         3,
         "5"},
    };
    for (const auto& each : table) {
        CAPTURE(each.then);
        receiver hook{each.answers};
        server mock{options_for(with_webhook(hook, each.then, each.retry))};
        client user{mock.port(), "sk_live_a"};
        user.send_otp("+84981234567");
        const auto fired = user.advance(R"({"to":"idle"})");
        CHECK(hook.requests().size() == each.webhooks);
        CHECK(json_field(fired, "fired_total") == each.fired);
    }
}

TEST_CASE("a reset ends an advance that waits, and nothing of it is seen after") {
    gate answer;
    receiver hook{[&](std::size_t, const receiver::request&) {
        answer.opened.wait();
        return 200;
    }};
    auto options =
        options_for(with_webhook(hook, R"({"deliver": true, "after": "5s"})", R"(["5s"])"),
                    "manual@2026-05-26T10:00:00Z");
    options.threads = 2;
    server mock{options};
    client one{mock.port(), "sk_live_one"};
    client other{mock.port(), "sk_live_other"};
    client test{mock.port(), ""};
    one.send_otp("+84981234567");
    other.send_otp("+84981234567");

    std::string report;
    std::thread advancing{[&] { report = client{mock.port(), ""}.advance(R"({"by":"2h"})"); }};
    hook.wait_for(1);
    CHECK(test.post("/_mock/reset", "").result_int() == 200);
    advancing.join();  // it is answered although its webhook is not
    CHECK(json_field(report, "ok") == "true");
    CHECK(json_field(test.get("/_mock/clock").body(), "now") == "2026-05-26T10:00:00.000Z");
    answer.opener.set_value();
    CHECK(json_field(other.send_otp("+84981234567").body(), "ok") == "true");
    CHECK(json_field(other.get("/_mock/clock").body(), "now") == "2026-05-26T10:00:00.000Z");
    CHECK(hook.requests().size() == 1);
}

TEST_CASE("two advances of an account at once are one after the other") {
    gate answer;
    receiver hook{[&](std::size_t nth, const receiver::request&) {
        if (nth == 0) answer.opened.wait();
        return 200;
    }};
    auto options =
        options_for(with_webhook(hook, R"({"deliver": true, "after": "5s"})", R"(["5s"])"),
                    "manual@2026-05-26T10:00:00Z");
    options.threads = 2;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    const auto advance = [&] { client{mock.port(), "sk_live_a"}.advance(R"({"by":"30s"})"); };
    std::thread first{advance};
    hook.wait_for(1);
    std::thread second{advance};
    answer.opener.set_value();
    first.join();
    second.join();
    CHECK(json_field(user.get("/_mock/clock").body(), "now") == "2026-05-26T10:01:00.000Z");
}

TEST_CASE(
    "a stop while an advance waits for a receiver that never answers is a stop all the same") {
    receiver silent{{-1}};
    auto options = options_for(with_webhook(silent, R"({"deliver": true, "after": "5s"})", "[]"));
    options.drain_requests = std::chrono::milliseconds{50};
    options.threads = 2;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    connection advancing{mock.port()};
    advancing.write(request_text("POST", "/_mock/clock/advance", "sk_live_a", R"({"to":"idle"})"));
    silent.wait_for(1);
    mock.stop();
    CHECK(advancing.is_closed());
}
