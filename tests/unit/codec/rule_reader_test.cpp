#include <nexo_mock/codec/rule_reader.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

rule rule_of(std::string_view text) {
    return support::rules_of(text)->rules.at(0);
}

const course_event& only_event(const step& of) {
    const auto& events = std::get<course>(of.action).events;
    REQUIRE(events.size() == 1);
    return events.front();
}

duration fixed(const delay& of) {
    random_stream random{1};
    return of.sample(random);
}

/// All complaints of one rule as "/path: message".
std::vector<std::string> complaints(std::string_view text) {
    std::vector<diagnostic> mistakes;
    const auto parsed = read_json(text);
    read_rule({std::get<json_node>(parsed), "", mistakes}, 1);
    std::vector<std::string> lines;
    for (const auto& each : mistakes)
        lines.push_back(each.path + ": " + each.message);
    return lines;
}

}  // namespace

TEST_CASE("a rule without anything but a step applies to every send") {
    const auto read = rule_of(R"({"then": {"deliver": true}})");
    CHECK(read.name == "rule 1");
    CHECK(read.when.call == endpoint::send_otp);
    CHECK(read.when.phone.matches_anything());
    CHECK_FALSE(read.when.elapsed.has_value());
    CHECK(read.when.every == 1);
    CHECK(read.when.chance == 1);
    CHECK(read.end == sequence_end::stay);
    CHECK(read.per == counting::per_account);
    REQUIRE(read.steps.size() == 1);
    CHECK(read.steps[0].times == 1);
    CHECK_FALSE(read.steps[0].set_state.has_value());
}

TEST_CASE("every condition is read") {
    const auto read = rule_of(R"({"name": "n", "end": "loop", "per": "phone", "when": {
        "endpoint": "deliveries", "phone": "+8498*", "code": ["1*", "2*"], "key": "sk_live_a",
        "carrier": ["viettel", "itel"], "state": "down", "elapsed": "1m..2m", "every": 3,
        "chance": 0.25}, "then": {"pending": true}})");
    CHECK(read.name == "n");
    CHECK(read.end == sequence_end::loop);
    CHECK(read.per == counting::per_phone);
    CHECK(read.when.call == endpoint::deliveries);
    CHECK(read.when.phone.globs().at(0).text() == "+8498*");
    CHECK(read.when.code.globs().size() == 2);
    CHECK(read.when.key.matches("sk_live_a"));
    CHECK(read.when.carrier.matches("itel"));
    CHECK(read.when.state.matches("down"));
    CHECK(read.when.elapsed->from == 1min);
    CHECK(read.when.elapsed->to == 2min);
    CHECK(read.when.every == 3);
    CHECK(read.when.chance == 0.25);
}

TEST_CASE("every endpoint can be named, and any") {
    const auto call = [](const std::string& word) {
        return rule_of(R"({"when": {"endpoint": ")" + word + R"("}, "then": {"pending": true}})")
            .when.call;
    };
    CHECK(call("send-otp") == endpoint::send_otp);
    CHECK(call("deliveries") == endpoint::deliveries);
    CHECK(call("balance") == endpoint::balance);
    CHECK_FALSE(call("any").has_value());
}

TEST_CASE("deliver and fail are courses of one event") {
    const auto delivered = rule_of(R"({"then": {"deliver": true, "after": "12s"}})");
    CHECK(fixed(only_event(delivered.steps[0]).after) == 12s);
    CHECK(only_event(delivered.steps[0]).outcome ==
          delivery_outcome{delivery_status::delivered, "", "success"});
    const auto failed = rule_of(R"({"then": {"fail": "busy"}})");
    CHECK(fixed(only_event(failed.steps[0]).after) == 0s);
    CHECK(only_event(failed.steps[0]).outcome ==
          delivery_outcome{delivery_status::failed, "busy", "user_busy"});
}

TEST_CASE("a carrier status of one's own is kept") {
    const auto of = [](std::string_view then) {
        return only_event(rule_of(R"({"then": )" + std::string{then} + "}").steps[0]).outcome;
    };
    CHECK(of(R"({"deliver": true, "carrier_status": "x"})").carrier_status == "x");
    CHECK(of(R"({"fail": "busy", "carrier_status": "x"})").carrier_status == "x");
    CHECK(of(R"({"fail": "busy", "carrier_status": ""})").carrier_status.empty());
    CHECK(of(R"({"fail": "on_strike"})").carrier_status == "on_strike");
}

TEST_CASE("a pending step has no events") {
    const auto read = rule_of(R"({"then": {"pending": true}})");
    CHECK(std::get<course>(read.steps[0].action).events.empty());
}

TEST_CASE("a timeline is read event by event, with the usual codes") {
    const auto read = rule_of(R"({"then": {"timeline": [
        {"after": "1s", "status": "sent"}, {"after": "2s", "status": "delivered"},
        {"after": "3s", "status": "failed"}, {"status": "failed", "error_code": "busy"},
        {"status": "failed", "error_code": "busy", "carrier_status": "x"}]}})");
    const auto& events = std::get<course>(read.steps[0].action).events;
    REQUIRE(events.size() == 5);
    CHECK(events[0].outcome == delivery_outcome{delivery_status::sent, "", ""});
    CHECK(events[1].outcome == delivery_outcome{delivery_status::delivered, "", "success"});
    CHECK(events[2].outcome == delivery_outcome{delivery_status::failed, "no_answer", "no_answer"});
    CHECK(events[3].outcome == delivery_outcome{delivery_status::failed, "busy", "user_busy"});
    CHECK(events[4].outcome == delivery_outcome{delivery_status::failed, "busy", "x"});
    CHECK(fixed(events[2].after) == 3s);
    CHECK(fixed(events[3].after) == 0s);
}

TEST_CASE("a refusal is read with status, headers and body") {
    const auto read = rule_of(R"({"then": {"error": "rate_limited", "status": 430,
        "headers": {"Retry-After": "1", "X_y-2": ""}, "body": "<html>"}})");
    const auto& refused = std::get<refusal_step>(read.steps[0].action);
    CHECK(refused.error == "rate_limited");
    CHECK(refused.status == 430);
    REQUIRE(refused.headers.size() == 2);
    CHECK(refused.headers[0].first == "Retry-After");
    CHECK(refused.headers[1].second.empty());
    CHECK(refused.body == "<html>");
    const auto plain = rule_of(R"({"then": {"error": "not_found"}})");
    CHECK_FALSE(std::get<refusal_step>(plain.steps[0].action).status.has_value());
    CHECK_FALSE(std::get<refusal_step>(plain.steps[0].action).body.has_value());
}

TEST_CASE("steps, their turns, states and weights are read") {
    const auto read = rule_of(R"({"end": "fall_through", "then": [
        {"fail": "busy", "times": 2, "set_state": "s"},
        {"one_of": [{"weight": 9, "deliver": true}, {"weight": 0.5, "fail": "busy"}, {"pending": true}],
         "times": 3}]})");
    REQUIRE(read.steps.size() == 2);
    CHECK(read.end == sequence_end::fall_through);
    CHECK(read.steps[0].times == 2);
    CHECK(read.steps[0].set_state == "s");
    CHECK(read.steps[1].times == 3);
    const auto& options = std::get<choice>(read.steps[1].action).steps;
    REQUIRE(options.size() == 3);
    CHECK(options[0].weight == 9);
    CHECK(options[1].weight == 0.5);
    CHECK(options[2].weight == 1);
}

TEST_CASE("every mistake in a rule is told with its path") {
    struct row {
        std::string_view text;
        std::string_view complaint;
    };
    const std::string_view no_action =
        R"(a step needs one of "deliver", "fail", "pending", "timeline", "error", "one_of", "fault" or "latency")";
    const auto at_then = "/then: " + std::string{no_action};
    const auto at_first = "/then/0: " + std::string{no_action};
    for (
        const auto& [text, complaint] :
        {row{"{}", R"(: "then" is missing)"},
         row{"[]", ": expected an object, found a list"},
         row{R"({"then": {"deliver": true}, "times": 2})",
             R"(: unknown key "times": it belongs inside "then")"},
         row{R"({"then": {"deliver": true}, "phone": "+84981234567"})",
             R"(: unknown key "phone": it belongs inside "when")"},
         row{R"({"then": []})", "/then: a rule needs at least one step"},
         row{R"({"then": {}})", at_then},
         row{R"({"then": [{}]})", at_first},
         row{R"({"then": 5})", "/then: expected an object, found 5"},
         row{R"({"then": {"deliver": true, "fail": "busy"}})",
             R"(/then: a step has one action, not both "deliver" and "fail")"},
         row{R"({"then": {"deliver": false}})", "/then/deliver: expected true, found false"},
         row{R"({"then": {"pending": 1}})", "/then/pending: expected true, found 1"},
         row{R"({"then": {"fail": ""}})", "/then/fail: an error code is not empty"},
         row{R"({"then": {"fail": 5}})", "/then/fail: expected a string, found 5"},
         row{R"({"then": {"error": ""}})", "/then/error: an error code is not empty"},
         row{R"({"then": {"error": "no_route", "status": 99}})",
             "/then/status: expected a whole number from 200 to 599, found 99"},
         row{R"({"then": {"error": "no_route", "after": "5s"}})",
             R"(/then/after: "after" does not go with "error")"},
         row{R"({"then": {"error": "no_route", "body": {}}})",
             "/then/body: expected a string, found an object"},
         row{R"({"then": {"error": "no_route", "headers": {"A": 1}}})",
             "/then/headers/A: expected a string, found 1"},
         row{R"({"then": {"error": "no_route", "headers": {"A b": "c"}}})",
             "/then/headers/A b: not a header that HTTP can carry"},
         row{R"({"then": {"error": "no_route", "headers": {"": "c"}}})",
             "/then/headers/: not a header that HTTP can carry"},
         row{R"({"then": {"error": "no_route", "headers": {"A": "b\r\nC: d"}}})",
             "/then/headers/A: not a header that HTTP can carry"},
         row{R"({"then": {"error": "no_route", "headers": {"A": "b\u0000"}}})",
             "/then/headers/A: not a header that HTTP can carry"},
         row{R"({"then": {"error": "no_route", "headers": {"A": "1", "A": "2"}}})",
             R"(/then/headers: the key "A" is given twice)"},
         row{R"({"then": {"deliver": true, "after": 5}})",
             R"(/then/after: expected a duration like "250ms", "25s", "2m" or "1h", found 5 (did you mean "5s"?))"},
         row{R"({"then": {"deliver": true, "aftr": "5s"}})",
             R"(/then: unknown key "aftr" (did you mean "after"?))"},
         row{R"({"then": {"deliver": true, "times": 0}})",
             "/then/times: expected a whole number from 1 to 1000000000, found 0"},
         row{R"({"then": {"deliver": true, "weight": 1}})",
             R"(/then/weight: "weight" is for the steps of "one_of")"},
         row{R"({"then": {"deliver": true, "set_state": 1}})",
             "/then/set_state: expected a string, found 1"},
         row{R"({"then": {"timeline": {}}})", "/then/timeline: expected a list, found an object"},
         row{R"({"then": {"timeline": [{"after": "1s"}]}})",
             R"(/then/timeline/0: "status" is missing)"},
         row{R"({"then": {"timeline": [{"status": "failed", "x": 1}]}})",
             R"(/then/timeline/0: unknown key "x"; known are "after", "status", "error_code" or "carrier_status")"},
         row{R"({"then": {"timeline": [{"status": "fail"}]}})",
             R"(/then/timeline/0/status: expected "sent", "delivered" or "failed", found "fail" (did you mean "failed"?))"},
         row{R"({"then": {"one_of": []}})", "/then/one_of: none of the steps has a weight above 0"},
         row{R"({"then": {"one_of": [{"weight": 0, "pending": true}]}})",
             "/then/one_of: none of the steps has a weight above 0"},
         row{R"({"then": {"one_of": [{"weight": -1, "pending": true}, {"pending": true}]}})",
             "/then/one_of/0/weight: expected a number from 0 to 1e+09, found -1"},
         row{R"({"then": {"one_of": [{"times": 2, "pending": true}]}})",
             R"(/then/one_of/0/times: "times" is for the steps of a list, not for those of "one_of")"},
         row{R"({"when": {"phne": "x"}, "then": {"pending": true}})",
             R"(/when: unknown key "phne" (did you mean "phone"?))"},
         row{R"({"when": [], "then": {"pending": true}})",
             "/when: expected an object, found a list"},
         row{R"({"when": {"phone": []}, "then": {"pending": true}})",
             "/when/phone: an empty list matches nothing: leave it out to match anything"},
         row{R"({"when": {"phone": ["+84*", 5]}, "then": {"pending": true}})",
             "/when/phone/1: expected a string, found 5"},
         row{R"({"when": {"endpoint": "sendotp"}, "then": {"pending": true}})",
             R"(/when/endpoint: expected "send-otp", "deliveries", "balance" or "any", found "sendotp" (did you mean "send-otp"?))"},
         row{R"({"when": {"every": 0}, "then": {"pending": true}})",
             "/when/every: expected a whole number from 1 to 1000000000, found 0"},
         row{R"({"when": {"chance": 1.5}, "then": {"pending": true}})",
             "/when/chance: expected a number from 0 to 1, found 1.5"},
         row{R"({"then": {"error": "no_route", "headers": {"content-Length": "5"}}})",
             R"(/then/headers/content-Length: the header "content-Length" is the connection's own business)"},
         row{R"({"end": "never", "then": {"pending": true}})",
             R"(/end: expected "stay", "loop" or "fall_through", found "never")"},
         row{R"({"per": "key", "then": {"pending": true}})",
             R"(/per: expected "account" or "phone", found "key")"},
         row{R"({"name": 5, "then": {"pending": true}})", "/name: expected a string, found 5"},
         row{R"({"thn": {"pending": true}, "then": {"pending": true}})",
             R"(: unknown key "thn" (did you mean "then"?))"}}) {
        CAPTURE(text);
        const auto heard = complaints(text);
        REQUIRE(heard.size() == 1);
        CHECK(heard[0] == complaint);
    }
}

TEST_CASE("a timeline has a thousand events at most") {
    const auto timeline = [](int count) {
        std::string text = R"({"then": {"timeline": [)";
        for (int i = 0; i < count; ++i)
            text += R"({"status": "sent"},)";
        return text + "]}}";
    };
    CHECK(complaints(timeline(1000)).empty());
    CHECK(complaints(timeline(1001)) ==
          std::vector<std::string>{"/then/timeline: expected at most 1000 events, found 1001"});
}
