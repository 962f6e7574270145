#include "application.hpp"
#include <support/receiver.hpp>

#include <stdexcept>

using namespace application;
using nexo_mock::delivery_status;

TEST_CASE("a delivery tells everything that is known of it") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    const auto begin = account.now();
    CHECK(send(mock) == 202);
    const auto sent = account.deliveries().at(0);
    CHECK(sent.account == key);
    CHECK(sent.phone == phone);
    CHECK(sent.code == "482917");
    CHECK(sent.carrier == "viettel");
    CHECK(sent.status == delivery_status::sent);
    CHECK(sent.cost == nexo_mock::dollars("0.022"));
    CHECK(sent.drawn.balance == nexo_mock::dollars("0.022"));
    CHECK(sent.created_at == begin);
    CHECK_FALSE(sent.completed_at);
    CHECK(sent.rule == "a minute");
    CHECK_FALSE(sent.code_was_read);

    account.advance_to_idle();
    const auto ended = account.delivery(sent.id);
    CHECK(ended.status == delivery_status::delivered);
    CHECK(ended.completed_at == begin + 60s);
    CHECK(ended.carrier_status == "success");
    CHECK(account.deliveries().at(0).code_was_read);
    CHECK(contains(message_of<nexo_mock::error>([&] { account.delivery("x"); }), "\"x\""));
}

TEST_CASE("a delivery is ended by hand, once") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(send(mock) == 202);
    const auto id = account.deliveries().at(0).id;
    CHECK_THROWS_AS(account.complete(id, nexo_mock::failed("")), std::invalid_argument);
    CHECK_THROWS_AS(account.complete("x", nexo_mock::delivered()), nexo_mock::error);

    const auto ended = account.complete(id, nexo_mock::failed("busy"));
    CHECK(ended.status == delivery_status::failed);
    CHECK(ended.error_code == "busy");
    CHECK(ended.cost == nexo_mock::money{});
    CHECK(contains(
        message_of<nexo_mock::error>([&] { account.complete(id, nexo_mock::delivered()); }),
        "has ended already, as failed"));
}

TEST_CASE("deliveries and requests of all accounts are in the order in which they came") {
    const nexo_mock::server mock{by_hand()};
    for (const auto* each : {"sk_live_b", "sk_live_a", "sk_live_b", "nobody's"})
        send(mock, each);
    const auto sent = mock.deliveries();
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].account == "sk_live_b");
    CHECK(sent[1].account == "sk_live_a");
    CHECK(sent[2].account == "sk_live_b");
    const auto calls = mock.requests();
    REQUIRE(calls.size() == 4);
    CHECK(calls[1].account == "sk_live_a");
    CHECK(calls[1].delivery == sent[1].id);
    CHECK(calls[3].account.empty());
    CHECK(calls[3].status == 401);
    CHECK(calls[3].error == "unauthorized");
    CHECK(mock.account("sk_live_b").requests().size() == 2);
}

TEST_CASE("a request tells what was asked, answered, and why") {
    const nexo_mock::server mock{by_hand()};
    CHECK(send(mock, key, "0981234567") == 400);
    const auto calls = mock.account(key).requests();
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].method == "POST");
    CHECK(calls[0].path == "/api/v1/send-otp");
    CHECK(calls[0].endpoint == "send-otp");
    CHECK(calls[0].error == "invalid_phone");
    CHECK_FALSE(calls[0].why.empty());
    CHECK_FALSE(calls[0].refused_by_rule);
    CHECK(contains(calls[0].body, "0981234567"));
    CHECK(contains(calls[0].reply, "invalid_phone"));
}

TEST_CASE("verify names what a test leaves behind, and nothing once it is seen to") {
    const support::receiver hook{{500}};
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(account.verify().empty());
    account.set_webhook(hook.url(), "whsec_test");
    CHECK(send(mock) == 202);
    account.advance_to_next();

    using nexo_mock::check;
    const auto found = account.verify();
    REQUIRE(found.size() == 2);
    CHECK(found[0].what == check::webhooks);
    CHECK(found[1].what == check::codes);
    CHECK(found[1].delivery == account.deliveries().at(0).id);
    CHECK(contains(to_string(found), "nobody asked for the code"));

    CHECK(account.wait_for_code(phone, 0s).code == "482917");
    CHECK(account.verify({check::codes, check::requests}).empty());
    CHECK(account.verify().size() == 1);
    account.reset();
    CHECK(account.verify().empty());
}
