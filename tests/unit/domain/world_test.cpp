#include <nexo_mock/domain/world.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace nexo_mock::domain;
using namespace support;

namespace {

constexpr std::string_view mobifone_phone = "+84901234567";

/// The error of a send in a world of its own; "" if it is accepted.
std::string error_of(world& of, std::string_view phone = some_phone,
                     std::string_view code = some_code) {
    const auto reply = of.send_otp({phone, code, 1}, begin);
    return reply ? std::string{} : std::string{name(reply.error().error)};
}

}  // namespace

TEST_CASE("an accepted send costs the price and leaves the rest") {
    auto of = world_of(scenario_of("{}"));
    const auto reply = of.send_otp({some_phone, some_code, 17}, begin);
    REQUIRE(reply.has_value());
    CHECK(reply->carrier == carrier::viettel);
    CHECK(reply->cost == 22000_micros);
    CHECK(reply->balance == 88000_micros);
    CHECK(reply->id == of.id_of(0));
    CHECK(of.wallet().held() == 22000_micros);

    const auto view = of.view(0);
    REQUIRE(view.has_value());
    CHECK(view->seq == 17);
    CHECK(view->phone.text() == some_phone);
    CHECK(view->code.text() == some_code);
    CHECK(view->created == begin);
    CHECK(view->outcome == delivery_outcome{});
    CHECK(view->cost == 22000_micros);
    CHECK(view->drawn[bucket::free_credit] == 22000_micros);
    CHECK(view->money_state == settlement::held);
    CHECK(view->rule.empty());
}

TEST_CASE("five free sends are granted and the sixth is refused for want of money") {
    auto of = world_of(scenario_of("{}"));
    for (int i = 0; i < 5; ++i)
        CHECK(error_of(of).empty());
    CHECK(error_of(of) == "insufficient_balance");
    CHECK(of.wallet().total().is_zero());
    CHECK(of.counts().accepted == 5);
    CHECK(of.counts().refused == 1);
}

TEST_CASE("a refused number never debits the wallet") {
    auto of = world_of(scenario_of(R"({"api": {"no_route": ["mobifone"]}})"));
    CHECK(error_of(of, "0981234567") == "invalid_phone");
    CHECK(error_of(of, "+842412345678") == "invalid_phone");
    CHECK(error_of(of, some_phone, "12") == "invalid_code");
    CHECK(error_of(of, mobifone_phone) == "no_route");
    CHECK(of.wallet().total() == 110000_micros);
    CHECK(of.wallet().held().is_zero());
    CHECK(of.deliveries().size() == 0);
    CHECK(of.counts().accepted == 0);
    CHECK(of.counts().refused == 4);
    CHECK_FALSE(of.next_due().has_value());
}

TEST_CASE("of several faults the first in the order of the contract is told") {
    auto of = world_of(scenario_of(R"({"api": {"no_route": ["mobifone"]},
                                       "account_defaults": {"free_credit": 0}})"));
    CHECK(error_of(of, "nonsense", "x") == "invalid_phone");
    CHECK(error_of(of, mobifone_phone, "x") == "invalid_code");
    CHECK(error_of(of, mobifone_phone) == "no_route");
    CHECK(error_of(of) == "insufficient_balance");
}

TEST_CASE("a rule is asked after phone and code and before route and wallet") {
    auto of = world_of(scenario_of(R"({"api": {"no_route": ["mobifone"]},
        "account_defaults": {"free_credit": 0},
        "rules": [{"then": {"error": "rate_limited"}}]})"));
    CHECK(error_of(of, "nonsense") == "invalid_phone");
    CHECK(error_of(of, some_phone, "x") == "invalid_code");
    CHECK(error_of(of, mobifone_phone) == "rate_limited");
    CHECK(error_of(of) == "rate_limited");
    CHECK(of.scenario().rules.size() == 1);
}

TEST_CASE("a scripted refusal carries status, headers and body and costs nothing") {
    auto of = world_of(rules_of(R"({"then": {"error": "rate_limited", "status": 430,
        "headers": {"Retry-After": "7"}, "body": "slow down"}})"));
    const auto reply = of.send_otp({some_phone, some_code, 1}, begin);
    REQUIRE_FALSE(reply.has_value());
    const auto refused = reply.error();
    CHECK(refused.error == api_error::rate_limited);
    REQUIRE(refused.scripted != nullptr);
    CHECK(refused.keeps != nullptr);
    CHECK(refused.scripted->status == 430);
    CHECK(refused.scripted->headers.at(0).first == "Retry-After");
    CHECK(refused.scripted->headers.at(0).second == "7");
    CHECK(refused.scripted->body == "slow down");
    CHECK(of.wallet().total() == 110000_micros);
    CHECK(of.counts().refused == 1);
}

TEST_CASE("an error of a scenario's own making is told as it is written") {
    auto of = world_of(rules_of(R"({"then": {"error": "on_fire"}})"));
    const auto reply = of.send_otp({some_phone, some_code, 1}, begin);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().error == api_error::internal_error);
    CHECK(reply.error().scripted->error == "on_fire");
}

TEST_CASE("a send that no route or money is left for uses up no step and no count") {
    auto of = world_of(scenario_of(R"({"api": {"no_route": ["mobifone"]},
        "account_defaults": {"free_credit": 0.022},
        "rules": [{"name": "even", "when": {"every": 2}, "then": {"fail": "busy"}},
                  {"name": "steps", "then": [{"deliver": true, "set_state": "used"}]}]})"));
    for (int i = 0; i < 3; ++i)
        CHECK(error_of(of, mobifone_phone) == "no_route");
    CHECK(of.state(begin) == "start");
    CHECK(error_of(of).empty());
    CHECK(of.view(0)->rule == "steps");
    CHECK(of.state(begin) == "used");
    for (int i = 0; i < 3; ++i)
        CHECK(error_of(of) == "insufficient_balance");
    of.deposit(bucket::balance, 22000_micros);
    CHECK(error_of(of).empty());
    CHECK(of.view(1)->rule == "even");
}

TEST_CASE("a scripted refusal uses up its step") {
    auto of = world_of(
        rules_of(R"({"then": [{"error": "internal_error", "times": 2}, {"deliver": true}]})"));
    CHECK(error_of(of) == "internal_error");
    CHECK(error_of(of) == "internal_error");
    CHECK(error_of(of).empty());
}

TEST_CASE("a carrier's own price is charged") {
    auto of = world_of(scenario_of(R"({"api": {"price": {"mobifone": 0.030}}})"));
    CHECK(of.send_otp({mobifone_phone, some_code, 1}, begin)->cost == 30000_micros);
    CHECK(of.send_otp({some_phone, some_code, 2}, begin)->cost == 22000_micros);
}

TEST_CASE("a send may span buckets and its refund goes back to each") {
    auto of = world_of(scenario_of(R"({"account_defaults":
            {"balance": 1, "bonus_credit": 0.005, "free_credit": 0.010},
        "rules": [{"then": {"fail": "busy", "after": "5s"}}]})"));
    const auto before = of.wallet().amounts();
    REQUIRE(error_of(of).empty());
    CHECK(of.wallet().amounts() == bucket_amounts{993000_micros, money{}, money{}});
    effects out;
    of.advance(begin + 5s, out);
    CHECK(of.wallet().amounts() == before);
    CHECK(of.view(0)->cost.is_zero());
    CHECK(of.view(0)->money_state == settlement::refunded);
}

TEST_CASE("where failures are not refunded they cost the price") {
    auto of = world_of(scenario_of(R"({"api": {"refund_failed": false},
        "rules": [{"then": {"fail": "busy"}}]})"));
    REQUIRE(error_of(of).empty());
    effects out;
    of.advance(begin, out);
    CHECK(of.wallet().total() == 88000_micros);
    CHECK(of.wallet().charged() == 22000_micros);
    CHECK(of.view(0)->cost == 22000_micros);
    CHECK(of.counts().failed == 1);
}

TEST_CASE("the balance is the three buckets") {
    auto of = world_of(scenario_of(R"({"account_defaults": {"balance": 25, "bonus_credit": 1}})"));
    const auto reply = of.balance(begin);
    REQUIRE(reply.has_value());
    CHECK(*reply == bucket_amounts{25000000_micros, 1000000_micros, 110000_micros});
}

TEST_CASE("a delivery is found by its id in either case and no other way") {
    auto of = world_of(scenario_of("{}"));
    REQUIRE(error_of(of).empty());
    const auto id = of.id_of(0).text();
    const auto found = of.delivery(id, begin);
    REQUIRE(found.has_value());
    CHECK(found->id.text() == id);
    CHECK(of.ordinal_of(id) == 0);

    auto other = world_of(scenario_of("{}"), 42, "sk_live_b");
    REQUIRE(error_of(other).empty());
    for (const auto& unknown :
         {std::string{}, std::string{"test"}, id.substr(1), id + '0', of.id_of(1).text(),
          other.id_of(0).text(), std::string{"00000000-0000-4000-8000-000000000000"}}) {
        CAPTURE(unknown);
        const auto reply = of.delivery(unknown, begin);
        REQUIRE_FALSE(reply.has_value());
        CHECK(reply.error().error == api_error::not_found);
        CHECK(reply.error().scripted == nullptr);
    }
}

TEST_CASE("rules apply to the calls of the endpoint they name") {
    auto of = world_of(rules_of(R"(
        {"when": {"endpoint": "deliveries", "phone": "+8498*"}, "then": {"error": "internal_error"}},
        {"when": {"endpoint": "balance"}, "then": {"error": "rate_limited"}})"));
    REQUIRE(error_of(of).empty());
    REQUIRE(error_of(of, mobifone_phone).empty());
    CHECK(of.delivery(of.id_of(0).text(), begin).error().error == api_error::internal_error);
    CHECK(of.delivery(of.id_of(1).text(), begin).has_value());
    CHECK(of.delivery("test", begin).error().error == api_error::not_found);
    CHECK(of.balance(begin).error().error == api_error::rate_limited);
}

TEST_CASE("an outage lasts as long as its window") {
    auto of = world_of(rules_of(R"({"when": {"endpoint": "any", "elapsed": "60s..120s"},
                                    "then": {"error": "internal_error"}})"));
    CHECK(of.balance(begin + 60s - 1us).has_value());
    CHECK_FALSE(of.balance(begin + 60s).has_value());
    CHECK_FALSE(of.send_otp({some_phone, some_code, 1}, begin + 119s).has_value());
    CHECK(of.balance(begin + 120s).has_value());
}

TEST_CASE("what no rule decides is delivered after 25 to 60 seconds") {
    const auto scenario = scenario_of(R"({"account_defaults": {"balance": 1000}})");
    auto of = world_of(scenario);
    for (int i = 0; i < 1000; ++i)
        REQUIRE(error_of(of).empty());
    effects out;
    of.advance(begin + 25s - 1us, out);
    CHECK(out.empty());
    of.advance(begin + 60s, out);
    CHECK(of.counts().delivered == 1000);
    CHECK(of.view(0)->outcome.carrier_status == "success");
    auto previous = begin;
    for (const auto& each : out) {
        const auto& change = std::get<delivery_changed>(each);
        CHECK(change.at >= previous);
        previous = change.at;
    }
    CHECK(previous > begin + 59s);
}

TEST_CASE("due events run one at a time when asked to") {
    auto of = world_of(rules_of(R"({"then": {"deliver": true, "after": "2s"}})"));
    REQUIRE(error_of(of).empty());
    REQUIRE(error_of(of).empty());
    effects out;
    CHECK_FALSE(of.advance_one(begin + 1s, out));
    CHECK(of.next_due() == begin + 2s);
    CHECK(of.advance_one(begin + 60s, out));
    CHECK(out.size() == 1);
    CHECK(of.advance_one(begin + 60s, out));
    CHECK_FALSE(of.advance_one(begin + 60s, out));
    CHECK(std::get<delivery_changed>(out[0]).delivery == 0);
    CHECK(std::get<delivery_changed>(out[1]).delivery == 1);
    CHECK(std::get<delivery_changed>(out[1]).at == begin + 2s);
    CHECK_FALSE(of.next_due().has_value());
}

TEST_CASE("a webhook tells how the delivery stood when it happened") {
    auto of = world_of(scenario_of(R"({"webhook": {"url": "http://a/", "secret": "s"},
        "rules": [{"then": {"timeline": [{"after": "5s", "status": "failed", "error_code": "busy"},
                                         {"after": "9s", "status": "delivered"}]}}]})"));
    REQUIRE(error_of(of).empty());
    effects out;
    of.advance(begin + 1h, out);
    REQUIRE(of.webhooks_of(0) != nullptr);
    const auto& events = *of.webhooks_of(0);
    REQUIRE(events.size() == 2);
    CHECK(events[0].event.outcome ==
          delivery_outcome{delivery_status::failed, "busy", "user_busy"});
    CHECK(events[0].event.completed == begin + 5s);
    CHECK(events[0].event.cost.is_zero());
    CHECK(events[0].event.id == of.id_of(0));
    CHECK(events[1].event.outcome.status == delivery_status::delivered);
    CHECK(events[1].event.completed == begin + 9s);
    CHECK(events[1].event.cost.is_zero());
    CHECK(of.webhook_counts().events == 2);
}

TEST_CASE("an account without a target is told nothing and its deliveries complete") {
    auto of = world_of(rules_of(R"({"then": {"deliver": true}})"));
    REQUIRE(error_of(of).empty());
    effects out;
    of.advance(begin, out);
    CHECK(out.size() == 1);
    CHECK(of.webhooks_of(0) == nullptr);
    CHECK(of.counts().delivered == 1);
}
