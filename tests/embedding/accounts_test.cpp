#include "application.hpp"

#include <stdexcept>

using namespace application;
using nexo_mock::dollars;

TEST_CASE("what one account does, another does not see") {
    const nexo_mock::server mock{by_hand()};
    const auto one = mock.account("sk_live_one");
    const auto other = mock.account("sk_live_other");
    CHECK(send(mock, one.key()) == 202);
    one.put_rule(R"({"then": {"error": "no_route"}})");
    one.advance(10s);

    CHECK(one.deliveries().size() == 1);
    CHECK(other.deliveries().empty());
    CHECK(send(mock, one.key()) == 422);
    CHECK(send(mock, other.key()) == 202);
    CHECK(one.now() - other.now() > 5s);
    CHECK(mock.deliveries().size() == 2);

    one.reset();
    CHECK(one.deliveries().empty());
    CHECK(other.deliveries().size() == 1);
    CHECK(send(mock, one.key()) == 202);
}

TEST_CASE("a key that can't have an account is refused with the reason") {
    const nexo_mock::server mock{by_hand(nexo_mock::scenario::json(
        R"({"api": {"keys": "listed"}, "accounts": [{"key": "sk_live_listed"}], "rules": []})"))};
    CHECK(mock.account("sk_live_listed").deliveries().empty());
    CHECK_THROWS_AS(mock.account("sk_live_stranger"), nexo_mock::error);
    CHECK_THROWS_AS(mock.account(""), std::invalid_argument);
    CHECK(contains(message_of<std::invalid_argument>([&] { mock.account("sk_test_1"); }),
                   "not \"sk_test_1\""));
}

TEST_CASE("the wallet is read, set and topped up") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(account.balance() == nexo_mock::wallet{dollars("10"), {}, {}});
    account.set_balance({dollars("0.03"), {}, {}});
    CHECK(send(mock) == 202);
    CHECK(account.balance().balance == dollars("0.008"));
    CHECK(send(mock) == 402);
    account.top_up(dollars("0.014"));
    CHECK(send(mock) == 202);
    CHECK(account.balance().total() == nexo_mock::money{});
    CHECK_THROWS_AS(account.set_balance({dollars("-1"), {}, {}}), std::invalid_argument);
    CHECK_THROWS_AS(account.top_up({INT64_MAX}), std::invalid_argument);
}

TEST_CASE("money is exact both ways") {
    CHECK(to_string(dollars("0.022")) == "0.022");
    CHECK(dollars("0.022").micros == 22'000);
    CHECK(to_string(dollars("25") - dollars("0.000001")) == "24.999999");
    CHECK_THROWS_AS(dollars("0.0000001"), std::invalid_argument);
    CHECK_THROWS_AS(dollars("much"), std::invalid_argument);
}

TEST_CASE("a revoked key is refused until it is none") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    account.set_revoked(true);
    CHECK(send(mock) == 401);
    account.set_revoked(false);
    CHECK(send(mock) == 202);
}

TEST_CASE("a rule is read as in a scenario, and its mistakes are told with their place") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    const auto refusal = message_of<std::invalid_argument>(
        [&] { account.put_rule("{\n \"then\": {\"fial\": \"busy\"}}"); });
    CHECK(refusal == "rule:2:11: error: /then: unknown key \"fial\" (did you mean \"fail\"?)");
    account.put_rule(
        R"({"name": "once", "then": [{"error": "rate_limited"}], "end": "fall_through"})");
    CHECK(send(mock) == 429);
    CHECK(send(mock) == 202);
}

TEST_CASE("a scenario is replaced and restored, of one account or of all") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    const auto refuses =
        nexo_mock::scenario::json(R"({"rules": [{"then": {"error": "no_route"}}]})");
    account.set_scenario(refuses);
    CHECK(send(mock) == 422);
    CHECK(send(mock, "sk_live_other") == 202);
    account.restore_scenario();
    CHECK(send(mock) == 202);
    mock.set_scenario(refuses);
    CHECK(send(mock) == 422);
    CHECK(send(mock, "sk_live_new") == 422);
    mock.restore_scenario();
    CHECK(send(mock) == 202);
}
