#include <nexo_mock/codec/step_writer.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
using namespace std::chrono_literals;

namespace {

domain::step step_of(std::string_view text) {
    return support::rules_of(R"({"then": )" + std::string{text} + '}')->rules[0].steps[0];
}

std::string written(const domain::step& of) {
    std::string text;
    codec::json_writer out{text};
    codec::write_step(out, of);
    return text;
}

const domain::step& option(const domain::step& of, std::size_t index) {
    return std::get<domain::choice>(of.action).steps.at(index);
}

}  // namespace

TEST_CASE("a step is written in its shortest form") {
    struct row {
        std::string_view step;
        std::string_view expected;
    };
    for (const auto& [step, expected] :
         {row{R"({"timeline": [{"status": "delivered", "after": "1000ms"}]})",
              R"({"deliver":true,"after":"1s"})"},
          row{R"({"timeline": [{"status": "failed"}]})", R"({"fail":"no_answer"})"},
          row{R"({"timeline": [{"status": "failed", "error_code": "own"}]})", R"({"fail":"own"})"},
          row{R"({"timeline": []})", R"({"pending":true})"},
          row{R"({"fail": "busy", "carrier_status": "user_busy"})", R"({"fail":"busy"})"},
          row{R"({"fail": "own", "carrier_status": "own"})", R"({"fail":"own"})"},
          row{R"({"timeline": [{"status": "sent", "error_code": "", "carrier_status": ""}]})",
              R"({"timeline":[{"status":"sent"}]})"},
          row{R"({"error": "no_route", "headers": {}})", R"({"error":"no_route"})"},
          row{R"({"fault": {"kind": "reset"}})", R"({"fault":"reset"})"},
          row{R"({"fault": {"kind": "hang", "for": "1m"}})", R"({"fault":"hang"})"},
          row{R"({"fault": {"kind": "slow", "for": "10000ms..10s"}})", R"({"fault":"slow"})"},
          row{R"({"deliver": true, "webhook": {"copies": 1, "delay": "0s", "before_reply": false,
                 "signature": "valid"}})",
              R"({"deliver":true,"webhook":{}})"},
          row{R"({"cost": 0.50, "carrier": "itel", "deliver": true, "latency": "1500ms"})",
              R"({"deliver":true,"latency":"1.5s","carrier":"itel","cost":0.5})"},
          row{R"({"one_of": [{"weight": 1, "deliver": true}, {"weight": 9.0, "pending": true}]})",
              R"({"one_of":[{"deliver":true},{"weight":9,"pending":true}]})"}}) {
        CAPTURE(step);
        CHECK(written(step_of(step)) == expected);
        CHECK(step_of(expected) == step_of(step));
    }
}

TEST_CASE("a step of a choice does not repeat what stands beside the choice") {
    CHECK(written(step_of(R"({"latency": "1s", "cost": 1, "one_of": [
              {"deliver": true, "latency": "1s", "cost": 2},
              {"one_of": [{"pending": true, "latency": "2s", "cost": 1}], "cost": 1}]})")) ==
          R"({"one_of":[{"deliver":true,"cost":2},{"one_of":[{"pending":true,"latency":"2s"}]}],)"
          R"("latency":"1s","cost":1})");
}

TEST_CASE("a step taken out of its choice says what the choice gave it") {
    const auto whole = step_of(R"({"latency": "1s", "carrier": "itel", "cost": 1,
        "set_state": {"to": "a", "for": "5s"}, "webhook": {"copies": 2},
        "one_of": [{"deliver": true, "weight": 3}, {"error": "no_route"}, {"fault": "reset"},
                   {"pending": true}]})");
    CHECK(written(option(whole, 0)) ==
          R"({"deliver":true,"latency":"1s","carrier":"itel","cost":1,"webhook":{"copies":2},)"
          R"("set_state":{"to":"a","for":"5s"}})");
    CHECK(written(option(whole, 1)) ==
          R"({"error":"no_route","latency":"1s","set_state":{"to":"a","for":"5s"}})");
    CHECK(written(option(whole, 2)) ==
          R"({"fault":"reset","latency":"1s","set_state":{"to":"a","for":"5s"}})");
    const auto pending = written(option(whole, 3));
    CHECK(step_of(pending).webhook == option(whole, 3).webhook);
    CHECK(written(step_of(pending)) == pending);
}

TEST_CASE("a step that only a choice can say becomes one") {
    for (const std::string_view text :
         {R"({"one_of":[{"latency":"2s"}],"fault":"reset"})",
          R"({"one_of":[{"latency":"0s","cost":1}],"fault":{"kind":"hang","for":"1s"}})"}) {
        CAPTURE(text);
        CHECK(written(option(step_of(text), 0)) == text);
    }
    auto thrice = option(step_of(R"({"one_of": [{"latency": "2s"}], "fault": "reset"})"), 0);
    thrice.times = 3;
    CHECK(written(thrice) == R"({"one_of":[{"latency":"2s"}],"fault":"reset","times":3})");
    thrice.weight = 9;
    domain::step around;
    around.action = domain::choice{{thrice, step_of(R"({"deliver": true})")}};
    CHECK(
        written(around) ==
        R"({"one_of":[{"weight":9,"one_of":[{"latency":"2s"}],"fault":"reset"},{"deliver":true}]})");
}

TEST_CASE("what counts for nothing beside a choice is not handed down by being written") {
    domain::step whole;
    whole.action = domain::choice{{step_of(R"({"deliver": true})"),
                                   step_of(R"({"one_of": [{"deliver": true, "cost": 1}]})")}};
    whole.latency = domain::delay::fixed(1s);
    whole.fault = domain::fault::usual(domain::fault_kind::reset);
    whole.ported = domain::carrier::itel;
    whole.cost = domain::money::from_micros(1'000'000);
    whole.webhook = domain::webhook_manner{.copies = 2, .wait = {}};
    whole.set_state = "a";
    CHECK(written(whole) ==
          R"({"one_of":[{"deliver":true},{"one_of":[{"deliver":true,"cost":1}]}]})");

    const auto at_once = step_of(R"({"deliver": true, "webhook": {"before_reply": true}})");
    whole = {};
    whole.action = domain::choice{{at_once}};
    whole.webhook = at_once.webhook;
    CHECK(written(whole) == R"({"one_of":[{"deliver":true,"webhook":{"before_reply":true}}]})");
}

TEST_CASE("a fault that takes no time is written without one") {
    auto broken = step_of(R"({"fault": "truncate"})");
    broken.fault->lasts = domain::delay::fixed(5s);
    CHECK(written(broken) == R"({"fault":"truncate"})");
}

TEST_CASE("a delay has three forms") {
    const auto form = [](const domain::delay& of) {
        std::string text;
        codec::json_writer out{text};
        codec::write_delay(out, of);
        return text;
    };
    CHECK(form(domain::delay{}) == R"("0s")");
    CHECK(form(domain::delay::fixed(90s)) == R"("90s")");
    CHECK(form(domain::delay{domain::uniform_delay{250ms, 1min}}) == R"("250ms..1m")");
    CHECK(form(domain::delay{domain::log_normal_delay{90ms, 0.4}}) ==
          R"({"median":"90ms","sigma":0.4})");
    CHECK(form(domain::delay::fixed(domain::delay::longest)) == R"("876000h")");
}
