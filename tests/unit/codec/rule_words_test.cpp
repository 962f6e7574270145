#include <nexo_mock/codec/rule_words.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock;
using namespace std::chrono_literals;
using support::rules_of;

namespace {

std::string words_of_step(std::string_view step) {
    const auto scenario = rules_of(R"({"then": )" + std::string{step} + '}');
    return codec::in_words(scenario->rules[0].steps[0]);
}

/// What is said of the first rule when that call is decided after `before` others like it.
std::string words_of_first_rule(std::string_view rule, int before = 0) {
    const auto scenario = rules_of(rule);
    domain::rule_engine engine{scenario, domain::random_stream{42}};
    domain::rule_query call;
    call.key = support::some_key;
    call.phone = support::some_phone;
    call.network = domain::carrier::viettel;
    call.code = support::some_code;
    for (int i = 0; i < before; ++i)
        engine.commit(call, engine.decide(call, static_cast<std::uint64_t>(i)));
    std::vector<domain::rule_trial> trials;
    engine.decide(call, static_cast<std::uint64_t>(before), &trials);
    REQUIRE_FALSE(trials.empty());
    return codec::in_words(trials[0], scenario->rules[0], call, engine.state({}));
}

}  // namespace

TEST_CASE("every step has its words") {
    struct row {
        std::string_view step;
        std::string_view words;
    };
    for (
        const auto& [step, words] :
        {row{R"({"deliver": true})", "deliver at once"},
         row{R"({"fail": "busy", "after": "5s"})", "fail busy after 5s"},
         row{R"({"fail": "busy", "after": "25s..60s"})", "fail busy after 25s..1m"},
         row{R"({"deliver": true, "after": {"median": "90ms", "sigma": 0.4}})",
             "deliver after about 90ms (log-normal, sigma 0.4)"},
         row{R"({"pending": true, "cost": 0.5, "carrier": "gmobile"})",
             "pending for ever, carrier gmobile, cost 0.5"},
         row{R"({"timeline": [{"status": "failed", "after": "5s"}, {"status": "delivered", "after": "6s"}, {"status": "sent", "after": "7s"}]})",
             "fail no_answer after 5s, deliver after 6s, back to sent after 7s"},
         row{R"({"error": "no_route"})", "error no_route"},
         row{R"({"error": "no_route", "status": 404, "latency": "2s"})",
             "error no_route with status 404, latency 2s"},
         row{R"({"fault": "reset"})", "lost on its way, fault reset"},
         row{R"({"fault": "hang"})", "lost on its way, fault hang for 1m"},
         row{R"({"fault": {"kind": "slow", "for": "3s"}})",
             "as if no rule had decided, fault slow for 3s"},
         row{R"({"deliver": true, "fault": "truncate", "set_state": "x"})",
             "deliver at once, fault truncate, set_state \"x\""},
         row{R"({"one_of": [{"deliver": true}]})", "one of several steps"},
         row{R"({"deliver": true, "webhook": {"copies": 0}})", "deliver at once, no webhook"},
         row{R"({"deliver": true, "webhook": {"copies": 2, "delay": "3s", "signature": "missing"}})",
             "deliver at once, webhook 2 times, webhook 3s late, webhook signature missing"},
         row{R"({"deliver": true, "webhook": {"before_reply": true}})",
             "deliver at once, webhook before the reply"}}) {
        CAPTURE(step);
        CHECK(words_of_step(step) == words);
    }
}

TEST_CASE("every reason why a rule does not decide has its words") {
    struct row {
        std::string_view when;
        std::string_view words;
    };
    for (const auto& [when, words] :
         {row{R"("phone": ["+8490*", "+8491*"])",
              R"(phone has to be "+8490*" or "+8491*", and is "+84981234567")"},
          row{R"("code": "0000")", R"(code has to be "0000", and is "482915")"},
          row{R"("carrier": "mobifone")", R"(carrier has to be "mobifone", and is "viettel")"},
          row{R"("key": "sk_live_other")",
              R"(key has to be "sk_live_other", and is "sk_live_test")"},
          row{R"("state": "late")", R"(state has to be "late", and is "start")"},
          row{R"("elapsed": "60s..")", "elapsed has to be at least 1m, and is 0s"},
          row{R"("elapsed": "..0s")", "elapsed has to be below 0s, and is 0s"},
          row{R"("endpoint": "balance")", R"(endpoint has to be "balance", and is "send-otp")"},
          row{R"("every": 3)", "every is 3, and this is call 1 that fits"}}) {
        CAPTURE(when);
        CHECK(words_of_first_rule(R"({"when": {)" + std::string{when} +
                                  R"(}, "then": {"pending": true}})") == words);
    }
    CHECK(words_of_first_rule(R"({"when": {"chance": 0}, "then": {"pending": true}})")
              .starts_with("chance is 0, and it drew 0."));
    CHECK(words_of_first_rule(R"({"end": "fall_through", "then": {"pending": true, "times": 2}})",
                              2) == "its steps are used up after 2 calls, and it falls through");
}

TEST_CASE("a rule that decides says with which of its steps") {
    CHECK(words_of_first_rule(R"({"then": {"deliver": true}})") == "decides: deliver at once");
    CHECK(
        words_of_first_rule(R"({"then": [{"fail": "busy", "times": 2}, {"deliver": true}]})", 2) ==
        "decides with step 2 of 2, in call 3 of this rule: deliver at once");
    CHECK(words_of_first_rule(R"({"then": {"one_of": [{"weight": 0, "fail": "busy"},
                                                      {"deliver": true}]}})") ==
          "decides: deliver at once");
}
