#include <nexo_mock/codec/scenario_reader.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;
using namespace std::chrono_literals;
using domain::delay;
using domain::fault_kind;
using domain::step;

namespace {

step step_of(std::string_view text) {
    return support::rules_of(R"({"then": )" + std::string{text} + '}')->rules[0].steps[0];
}

/// What is wrong with a step, without the place.
std::vector<std::string> complaints(std::string_view text) {
    const auto file = R"({"rules": [{"then": )" + std::string{text} + "}]}";
    std::vector<std::string> heard;
    for (const auto& each : codec::read_scenario(file).mistakes)
        heard.push_back(each.path.substr(std::string_view{"/rules/0/then"}.size()) + ": " +
                        each.message);
    return heard;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a fault alone loses the call, or leaves it as usual where the client sees a reply") {
    for (const auto kind : domain::all_fault_kinds) {
        CAPTURE(name(kind));
        const auto read = step_of(R"({"fault": ")" + std::string{name(kind)} + R"("})");
        CHECK(read.fault->kind == kind);
        CHECK(std::holds_alternative<domain::as_usual>(read.action) == shows_reply(kind));
        CHECK(std::holds_alternative<domain::lost_call>(read.action) == !shows_reply(kind));
    }
}

TEST_CASE("a latency alone leaves the call as usual, only later") {
    const auto read = step_of(R"({"latency": "2s", "cost": 0.5})");
    CHECK(std::holds_alternative<domain::as_usual>(read.action));
    CHECK(read.latency == delay::fixed(2s));
    CHECK(complaints(R"({"latency": "2s", "after": "1s"})") ==
          lines{R"(/after: "after" does not go with "latency" alone)"});
}

TEST_CASE("a fault beside an action leaves the action alone") {
    CHECK(std::holds_alternative<domain::course>(
        step_of(R"({"deliver": true, "fault": "reset"})").action));
    CHECK(std::holds_alternative<domain::refusal_step>(
        step_of(R"({"error": "no_route", "fault": "slow"})").action));
}

TEST_CASE("hang and slow take a time, in three forms") {
    CHECK(step_of(R"({"fault": "hang"})").fault->lasts == delay::fixed(60s));
    CHECK(step_of(R"({"fault": {"kind": "slow"}})").fault->lasts == delay::fixed(10s));
    CHECK(step_of(R"({"fault": {"kind": "hang", "for": "5s"}})").fault->lasts == delay::fixed(5s));
    CHECK(step_of(R"({"fault": {"kind": "slow", "for": "1s..5s"}})").fault->lasts ==
          delay{domain::uniform_delay{1s, 5s}});
    CHECK(step_of(R"({"fault": {"kind": "slow", "for": {"median": "1s", "sigma": 0.5}}})")
              .fault->lasts == delay{domain::log_normal_delay{1s, 0.5}});
}

TEST_CASE("what stands beside an action is read") {
    const auto read = step_of(R"({"deliver": true, "latency": "50ms..400ms", "carrier": "gmobile",
        "cost": 0.5, "set_state": "s", "times": 3,
        "webhook": {"copies": 2, "delay": "1s", "signature": "raw_secret"}})");
    CHECK(read.latency == delay{domain::uniform_delay{50ms, 400ms}});
    CHECK(read.ported == domain::carrier::gmobile);
    CHECK(read.cost == domain::money::from_micros(500'000));
    CHECK(read.set_state == "s");
    CHECK(read.times == 3);
    REQUIRE(read.webhook.has_value());
    CHECK(read.webhook->copies == 2);
    CHECK(read.webhook->wait == delay::fixed(1s));
    CHECK(read.webhook->signature == domain::signature_kind::raw_secret);
    CHECK_FALSE(read.webhook->before_reply);
    CHECK(step_of(R"({"deliver": true, "webhook": {"before_reply": true}})").webhook->before_reply);
}

TEST_CASE("a state may be set for a while, in three forms, and is handed down as a whole") {
    const auto read = step_of(R"({"pending": true, "set_state": {"to": "s", "for": "30s"}})");
    CHECK(read.set_state == "s");
    CHECK(read.state_lasts == delay::fixed(30s));
    CHECK(step_of(R"({"pending": true, "set_state": {"to": "s", "for": "1s..2s"}})").state_lasts ==
          delay{domain::uniform_delay{1s, 2s}});
    CHECK_FALSE(step_of(R"({"pending": true, "set_state": "s"})").state_lasts.has_value());
    const auto drawn = step_of(R"({"set_state": {"to": "outer", "for": "30s"}, "one_of": [
        {"deliver": true}, {"deliver": true, "set_state": "inner"}]})");
    const auto& steps = std::get<domain::choice>(drawn.action).steps;
    CHECK(steps[0].state_lasts == delay::fixed(30s));
    CHECK_FALSE(steps[1].state_lasts.has_value());
    CHECK(complaints(R"({"deliver": true, "set_state": {"for": "1s"}})") ==
          lines{R"(/set_state: "to" is missing)"});
}

TEST_CASE("what stands beside one_of is handed down to the steps that do not say it themselves") {
    const auto read = step_of(R"({"latency": "1s", "cost": 1, "set_state": "outer", "one_of": [
        {"deliver": true, "cost": 2},
        {"one_of": [{"fail": "busy", "latency": "3s"}], "set_state": "inner"}]})");
    const auto& steps = std::get<domain::choice>(read.action).steps;
    CHECK(steps[0].latency == delay::fixed(1s));
    CHECK(steps[0].cost == domain::money::from_micros(2'000'000));
    CHECK(steps[0].set_state == "outer");
    const auto& inner = std::get<domain::choice>(steps[1].action).steps[0];
    CHECK(inner.latency == delay::fixed(3s));
    CHECK(inner.cost == domain::money::from_micros(1'000'000));
    CHECK(inner.set_state == "inner");
}

TEST_CASE("a key beside an action it does not go with is told of where it stands") {
    struct row {
        std::string_view step;
        std::string_view complaint;
    };
    for (
        const auto& [step, complaint] :
        {row{R"({"error": "no_route", "cost": 1})", R"(/cost: "cost" does not go with "error")"},
         row{R"({"error": "no_route", "webhook": {}})",
             R"(/webhook: "webhook" does not go with "error")"},
         row{R"({"pending": true, "webhook": {}})",
             R"(/webhook: "webhook" does not go with "pending")"},
         row{R"({"pending": true, "after": "1s"})",
             R"(/after: "after" does not go with "pending")"},
         row{R"({"timeline": [], "carrier_status": "x"})",
             R"(/carrier_status: "carrier_status" does not go with "timeline")"},
         row{R"({"deliver": true, "status": 200})",
             R"(/status: "status" does not go with "deliver")"},
         row{R"({"fault": "reset", "cost": 1})", R"(/cost: "cost" does not go with "fault" alone)"},
         row{R"({"fault": "slow", "after": "1s"})",
             R"(/after: "after" does not go with "fault" alone)"},
         row{R"({"one_of": [{"deliver": true}], "after": "1s"})",
             R"(/after: "after" does not go with "one_of")"},
         row{R"({"deliver": true, "latency": "11m"})",
             R"(/latency: expected at most "10m", found "11m")"},
         row{R"({"deliver": true, "latency": "1s..11m"})",
             R"(/latency: expected at most "10m", found "1s..11m")"},
         row{R"({"deliver": true, "latency": {"median": "1h", "sigma": 0}})",
             R"(/latency: expected at most "10m", found "1h")"},
         row{R"({"fault": {"kind": "reset", "for": "1s"}})",
             R"(/fault/for: "for" does not go with "reset": only "hang" and "slow" take a time)"},
         row{R"({"fault": {"for": "2s"}})", R"(/fault: "kind" is missing)"},
         row{R"({"one_of": [{"deliver": true}], "webhook": {"before_reply": true}})",
             R"(/webhook: "before_reply" stands inside the steps of "one_of")"},
         row{R"({"timeline": [{"status": "sent"}], "webhook": {"copies": 2}})",
             "/webhook: no event of this step sends a webhook"},
         row{R"({"error": "no_route", "headers": {"keep-alive": "1"}})",
             R"(/headers/keep-alive: the header "keep-alive" is the connection's own business)"},
         row{R"({"deliver": true, "per": "phone"})",
             R"(: unknown key "per": it belongs beside "when" and "then")"},
         row{R"({"deliver": true, "copies": 2})",
             R"(: unknown key "copies": it belongs inside "webhook")"},
         row{R"({"error": "rate_limited", "retry_after": 30})",
             R"(: unknown key "retry_after": it is "headers": {"Retry-After": "30"})"},
         row{R"({"deliver": true, "webhook": {"url": "http://a/"}})",
             R"(/webhook: unknown key "url": it belongs into "webhook" of the scenario or of an account)"},
         row{R"({"delivr": true})", R"(: unknown key "delivr" (did you mean "deliver"?))"},
         row{R"({"deliver": true, "webhook": {"signature": "invalid"}})",
             R"(/webhook/signature: expected "valid", "missing", "wrong_secret", "raw_secret" or "tampered", found "invalid")"},
         row{R"({"fault": "rest", "cost": 1})",
             R"(/fault: expected "reset", "close", "hang", "truncate", "garbage" or "slow", found "rest" (did you mean "reset"?))"},
         row{R"({"fault": true})",
             R"(/fault: expected a fault like "reset", or an object like {"kind": "hang", "for": "5s"}, found true)"},
         row{R"({"deliver": true, "webhook": {"copies": 101}})",
             R"(/webhook/copies: expected a whole number from 0 to 100, found 101)"},
         row{R"({"deliver": true, "webhook": {"signature": "wrong"}})",
             R"(/webhook/signature: expected "valid", "missing", "wrong_secret", "raw_secret" or "tampered", found "wrong")"},
         row{R"({"deliver": true, "after": "1s", "webhook": {"before_reply": true}})",
             R"(/webhook: "before_reply" needs a delivery that ends at once: "deliver", "fail" or "timeline" without "after")"},
         row{R"({"deliver": true, "webhook": {"before_reply": true, "copies": 0}})",
             R"(/webhook: "before_reply" is for a webhook that is sent, and without a "delay")"},
         row{R"({"deliver": true, "webhook": {"before_reply": true, "delay": "1s"}})",
             R"(/webhook: "before_reply" is for a webhook that is sent, and without a "delay")"}}) {
        CAPTURE(step);
        CHECK(complaints(step) == lines{std::string{complaint}});
    }
}

TEST_CASE("a webhook may come before the reply where one of several events ends it at once") {
    CHECK(complaints(R"({"timeline": [{"status": "sent"}, {"status": "failed"},
                                      {"status": "delivered", "after": "5s"}],
                         "webhook": {"before_reply": true}})")
              .empty());
    CHECK(complaints(R"({"timeline": [{"status": "sent"}, {"status": "failed", "after": "1s"}],
                         "webhook": {"before_reply": true}})")
              .size() == 1);
    CHECK(complaints(R"({"deliver": true, "after": "0s", "webhook": {"before_reply": true}})")
              .empty());
}

TEST_CASE("a header value may hold a tab and no other control character") {
    CHECK(complaints(R"({"error": "no_route", "headers": {"A": "b\tc"}})").empty());
    for (const auto* value : {R"(a\u0001b)", R"(a\u007fb)", R"(a\nb)"}) {
        CAPTURE(value);
        CHECK(complaints(R"({"error": "no_route", "headers": {"A": ")" + std::string{value} +
                         R"("}})") == lines{"/headers/A: not a header that HTTP can carry"});
    }
}
