#include <support/scenarios.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::domain;
using support::scenario_of;

TEST_CASE("a carrier without a price of its own costs the usual price") {
    const auto prices =
        scenario_of(R"({"api": {"price": {"default": 0.022, "mobifone": 0.030}}})")->api.price;
    CHECK(prices.of(carrier::mobifone) == 30000_micros);
    CHECK(prices.of(carrier::viettel) == 22000_micros);
    CHECK(price_list{}.of(carrier::itel) == 22000_micros);
}

TEST_CASE("an account that no entry names has the defaults under its own key") {
    const auto scenario = scenario_of(R"({
        "account_defaults": {"balance": 3},
        "accounts": [{"key": "sk_live_rich", "balance": 25}]})");
    CHECK(scenario->settings_for("sk_live_new").key == "sk_live_new");
    CHECK(scenario->settings_for("sk_live_new").opening[bucket::balance] == 3000000_micros);
    CHECK(scenario->settings_for("sk_live_rich").opening[bucket::balance] == 25000000_micros);
    CHECK(scenario->listed("sk_live_new") == nullptr);
    CHECK(scenario->listed("sk_live_rich") != nullptr);
}

TEST_CASE("a new account holds five free OTPs") {
    const auto opening = scenario_of("{}")->settings_for("sk_live_new").opening;
    CHECK(opening[bucket::free_credit] == 110000_micros);
    CHECK(opening.total() == 110000_micros);
}

TEST_CASE("an account's own webhook goes before the scenario's") {
    const auto scenario = scenario_of(R"({
        "webhook": {"url": "http://a/", "secret": "s"},
        "accounts": [{"key": "sk_live_own", "webhook": {"url": "http://b/", "secret": "t"}}]})");
    REQUIRE(scenario->settings_for("sk_live_own").target != nullptr);
    CHECK(scenario->settings_for("sk_live_own").target->url == "http://b/");
    REQUIRE(scenario->settings_for("sk_live_any").target != nullptr);
    CHECK(scenario->settings_for("sk_live_any").target->url == "http://a/");
    CHECK(scenario_of("{}")->settings_for("sk_live_any").target == nullptr);
}
