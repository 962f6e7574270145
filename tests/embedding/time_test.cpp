#include "application.hpp"
#include <support/receiver.hpp>

#include <future>
#include <stdexcept>

using namespace application;
using nexo_mock::delivery_status;

TEST_CASE("time stands still until it is moved, and then what falls due happens") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    const auto begin = account.now();
    CHECK_FALSE(account.next_due());
    CHECK(send(mock) == 202);
    CHECK(account.next_due() == begin + 60s);

    CHECK(account.advance(59s).fired_total == 0);
    CHECK(account.deliveries().at(0).status == delivery_status::sent);
    const auto moved = account.advance(1s);
    CHECK(moved.now == begin + 60s);
    REQUIRE(moved.fired.size() == 1);
    CHECK(moved.fired[0].at == begin + 60s);
    CHECK(moved.fired[0].status == delivery_status::delivered);
    CHECK(moved.fired[0].delivery == account.deliveries().at(0).id);
}

TEST_CASE("an advance returns when the webhooks it caused have been answered") {
    const support::receiver hook{{500, 503, 200}};
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    account.set_webhook(hook.url(), "whsec_test");
    CHECK(send(mock) == 202);

    const auto first = account.advance_to_next();
    CHECK(hook.requests().size() == 1);
    REQUIRE(first.fired.size() == 2);
    CHECK(first.fired[1].attempt == 1);
    CHECK(first.fired[1].webhook_status == 500);
    account.advance_to_idle();
    CHECK(hook.requests().size() == 3);

    const auto attempts = account.webhooks();
    REQUIRE(attempts.size() == 3);
    CHECK(attempts[1].number == 2);
    CHECK(attempts[1].status == 503);
    CHECK(attempts[1].due_at == attempts[0].ended_at + 5s);
    CHECK(attempts[2].acknowledged());
    CHECK(attempts[2].url == hook.url());
    CHECK(attempts[2].body == hook.requests()[2].body());
    CHECK(attempts[2].signature == hook.requests()[2]["X-NEXO-Signature"]);
    CHECK(account.deliveries().at(0).webhook_attempts.size() == 3);

    account.clear_webhook();
    CHECK(send(mock) == 202);
    account.advance_to_idle();
    CHECK(hook.requests().size() == 3);
}

TEST_CASE("a webhook is sent by hand: the sample event, or one that was sent before") {
    const support::receiver hook{{500, 503, 200}};
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(contains(message_of<nexo_mock::error>([&] { account.ping(); }), "no webhook target"));
    account.set_webhook(hook.url(), "whsec_test");
    const auto sample = account.ping();
    CHECK(sample.kind == nexo_mock::webhook_kind::ping);
    CHECK(sample.delivery == "test");
    CHECK(sample.status == 500);

    CHECK(send(mock) == 202);
    account.advance_to_next();
    const auto first = account.webhooks().back();
    CHECK(first.status == 503);
    const auto again = mock.redeliver(first.seq);
    CHECK(again.kind == nexo_mock::webhook_kind::redelivery);
    CHECK(again.acknowledged());
    CHECK(again.body == first.body);
    CHECK(account.next_due() == std::nullopt);  // the retry is no longer wanted
    CHECK(hook.requests().size() == 3);
    CHECK(contains(message_of<nexo_mock::error>([&] { mock.redeliver(999); }), "the seq 999"));
}

TEST_CASE("a reset ends a webhook that is sent by hand") {
    const support::receiver hook{{-1}};
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    account.set_webhook(hook.url(), "whsec_test");
    auto pinging = std::async(std::launch::async, [account] {
        return message_of<nexo_mock::reset_meanwhile>([&] { account.ping(); });
    });
    hook.wait_for(1);
    account.reset();
    CHECK(contains(pinging.get(), "a reset came"));
}

TEST_CASE("the webhook of the options is that of every account and every scenario") {
    const support::receiver hook{{200}};
    auto options = by_hand();
    options.webhook_url = hook.url();
    options.webhook_secret = "whsec_test";
    const nexo_mock::server mock{options};
    CHECK(send(mock) == 202);
    mock.set_scenario(after_a_minute());
    CHECK(send(mock, "sk_live_other") == 202);
    mock.advance_to_idle();
    CHECK(hook.requests().size() == 2);
}

TEST_CASE("an advance of all moves every account") {
    const nexo_mock::server mock{by_hand()};
    CHECK(send(mock, "sk_live_one") == 202);
    CHECK(send(mock, "sk_live_other") == 202);
    CHECK(mock.advance(60s).fired_total == 2);
    for (const auto& each : mock.deliveries())
        CHECK(each.status == delivery_status::delivered);
}

TEST_CASE("only a manual clock is advanced, and time does not go back") {
    const nexo_mock::server mock{{.scenario = after_a_minute()}};
    const auto account = mock.account(key);
    CHECK(contains(message_of<nexo_mock::error>([&] { account.advance(1s); }), "manual"));
    account.set_clock(nexo_mock::manual);
    CHECK(account.advance(1s).fired_total == 0);
    CHECK_THROWS_AS(account.advance(-1s), std::invalid_argument);
    CHECK(contains(message_of<nexo_mock::error>(
                       [&] { account.set_clock(nexo_mock::starting_at(account.now() - 1h)); }),
                   "time does not go back"));
}

TEST_CASE("a clock may begin at a date, stand still, run faster, or jump") {
    constexpr nexo_mock::time_point date{std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h};
    const nexo_mock::server mock{{.clock = nexo_mock::starting_at(date)}};
    CHECK(mock.now() == date);
    mock.advance(1h);
    CHECK(mock.now() == date + 1h);

    const nexo_mock::server jumping{{.scenario = after_a_minute(), .clock = nexo_mock::instant}};
    CHECK(send(jumping) == 202);
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (jumping.deliveries().at(0).status == delivery_status::sent)
        REQUIRE(std::chrono::steady_clock::now() < until);

    const nexo_mock::server fast{
        {.scenario = after_a_minute(), .clock = nexo_mock::times_faster(100'000)}};
    CHECK(send(fast) == 202);
    while (fast.deliveries().at(0).status == delivery_status::sent)
        REQUIRE(std::chrono::steady_clock::now() < until);
}
