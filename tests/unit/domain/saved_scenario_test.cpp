#include <nexo_mock/domain/saved_scenario.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;
using namespace support;

namespace {

/// What can be seen of a delivery's life, with times counted from the send.
struct life {
    std::string carrier;
    money cost;
    settlement paid = settlement::held;
    std::vector<std::string> story;

    friend bool operator==(const life&, const life&) = default;
};

/// Sends, lets everything happen, answers each webhook attempt with 500, and tells what happened.
life live(world& of, time_point from) {
    const auto sent = of.send_otp({some_phone, some_code, 1}, from);
    REQUIRE(sent.has_value());
    life seen;
    const auto told = [&](time_point at, const std::string& what) {
        seen.story.push_back(std::to_string((at - from).count()) + ' ' + what);
    };
    effects out;
    while (const auto next = of.next_due()) {
        of.advance_one(*next, out);
        for (const auto& each : std::exchange(out, {})) {
            if (const auto* due = std::get_if<webhook_due>(&each)) {
                const auto* event = of.begin_attempt(due->attempt);
                REQUIRE(event != nullptr);
                told(due->at, "webhook " + std::string{name(event->event.signature)} +
                                  event->event.outcome.error_code);
                of.finish_attempt(due->attempt, {500, "", "", {}}, due->at);
            } else {
                const auto& change = std::get<delivery_changed>(each);
                const auto view = of.view(change.delivery);
                told(change.at, std::string{name(change.status)} + ' ' + view->outcome.error_code +
                                    ' ' + view->outcome.carrier_status);
            }
        }
    }
    const auto view = of.view(sent->ordinal);
    seen.carrier = name(view->carrier);
    seen.cost = view->cost;
    seen.paid = view->money_state;
    return seen;
}

}  // namespace

TEST_CASE("a saved scenario makes the delivery happen again, to the microsecond") {
    struct row {
        const char* retry;
        const char* then;
    };
    const auto* drawn = R"(["1s..9s", {"median": "20s", "sigma": 0.5}])";
    const auto* fixed = R"(["3s", "9s"])";  // where several webhooks would each draw their own
    for (
        const auto& [retry, then] :
        {row{drawn, R"({"fail": "busy", "after": "5s..60s"})"},
         row{drawn, R"({"deliver": true, "after": {"median": "20s", "sigma": 0.8}})"},
         row{drawn,
             R"({"fail": "no_answer", "after": "45s..60s", "carrier": "mobifone", "cost": 0.5})"},
         row{fixed, R"({"timeline": [{"after": "1s..2s", "status": "delivered"},
                 {"after": "3s..9s", "status": "failed", "error_code": "timeout"}]})"},
         row{fixed,
             R"({"deliver": true, "after": "2s", "webhook": {"copies": 3, "delay": "30s"}})"},
         row{drawn,
             R"({"deliver": true, "webhook": {"delay": "1s..30s", "signature": "wrong_secret"}})"},
         row{drawn, R"({"deliver": true, "webhook": {"copies": 0}})"},
         row{drawn,
             R"({"one_of": [{"fail": "busy", "after": "1s..5s"}, {"deliver": true, "after": "1s..5s"}]})"},
         row{drawn, R"({"pending": true})"}}) {
        CAPTURE(then);
        const auto original = scenario_of(
            R"({"webhook": {"url": "http://a/", "secret": "s", "retry": )" + std::string{retry} +
            R"(}, "account_defaults": {"free_credit": 7},
            "rules": [{"name": "the rule", "then": )" +
            then + "}]}");
        auto of = world_of(original, 42, "sk_live_saved");
        const auto lived = live(of, begin);
        auto saved = scenario_of(of, 0);
        REQUIRE(saved.has_value());
        CHECK(saved->rules.size() == 1);
        CHECK(saved->rules.front().name == "the rule");
        saved->webhook.target = original->webhook.target;  // the receiver is not part of it

        auto again =
            world_of(std::make_shared<const scenario>(*std::move(saved)), 7, "sk_live_other");
        CHECK(live(again, begin + 1h) == lived);
    }
}

TEST_CASE(
    "a saved scenario gives an account what the send cost, and no more than it needs to say") {
    auto of = world_of(scenario_of(R"({"account_defaults": {"balance": 50},
        "api": {"refund_failed": false}, "rules": [{"then": {"fail": "busy", "cost": 3}}]})"));
    REQUIRE(of.send_otp({some_phone, some_code, 1}, begin).has_value());
    effects out;
    of.advance(begin, out);
    const auto saved = scenario_of(of, 0);
    REQUIRE(saved.has_value());
    CHECK(saved->account_defaults.opening.total() == money::from_micros(3'000'000));
    CHECK_FALSE(saved->api.refund_failed);
    CHECK(saved->accounts.empty());
    CHECK(saved->webhook.target == nullptr);
    CHECK_FALSE(scenario_of(of, 1).has_value());
}
