#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace support;

namespace {

/// Four deliveries: one is delivered and told of, and told of again by hand; of one the second
/// attempt to tell is to come; one never ends; one has not ended yet.
std::string sample_text() {
    const auto rules = scenario_of(R"({
        "webhook": {"url": "http://a/", "secret": "s", "retry": ["5s"]},
        "rules": [
            {"name": "busy", "per": "phone", "when": {"phone": "+8490*"},
             "then": {"fail": "busy", "after": "10s"}},
            {"name": "never", "when": {"phone": "+8491*"},
             "then": {"pending": true, "set_state": {"to": "slow", "for": "1m"}}},
            {"name": "all", "then": {"deliver": true, "after": "10s"}}]})");
    auto of = world_of(rules);
    std::uint64_t seq = 0;
    for (const std::string_view phone : {"+84981234567", "+84901234567", "+84911234567"})
        REQUIRE(of.send_otp({phone, "1234", ++seq}, begin + 1s).has_value());
    effects out;
    of.advance(begin + 15s, out);
    for (const attempt_ref attempt : {attempt_ref{0, 0, 1}, attempt_ref{1, 0, 1}}) {
        REQUIRE(of.begin_attempt(attempt) != nullptr);
        of.finish_attempt(attempt, {attempt.delivery == 0 ? 200 : 500, "", "ok", 2ms}, begin + 15s,
                          attempt.delivery + 1);
    }
    of.finish_extra(*of.redelivery_of(1, begin + 16s), {200, "", "", 1ms}, begin + 16s, 3);
    REQUIRE(of.send_otp({some_phone, "5678", ++seq}, begin + 16s).has_value());

    const clock_setting manual{clock_mode::manual, 1, std::nullopt};
    emulator_state state{.made_by = "0.1.0",
                         .exported_at = begin + 20s,
                         .seed = 42,
                         .next_delivery_seq = 5,
                         .next_request_seq = 9,
                         .next_attempt_seq = 4,
                         .clock = {manual, begin},
                         .scenarios = {rules},
                         .accounts = {}};
    state.accounts.push_back({.key = std::string{some_key},
                              .number = 1,
                              .clock = {manual, begin + 20s},
                              .world = of.snapshot()});
    std::string text;
    write_state(text, state);
    return text;
}

std::string errors_in(std::string_view text) {
    const auto reading = read_state(text);
    REQUIRE(reading.state.has_value() == reading.mistakes.empty());
    std::string all;
    for (const auto& each : reading.mistakes)
        all += (all.empty() ? "" : "\n") + format(each, "state");
    return all;
}

struct slip {
    std::string_view what;
    std::string_view with;
    std::string_view error;
};

constexpr slip slips[] = {
    {R"("seed":42)", R"("sead":42)",
     R"(state:1:1: error: "seed" is missing)"
     "\n"
     R"(state:1:96: error: unknown key "sead" (did you mean "seed"?))"},
    {R"("seed":42)", R"("seed":"42")",
     R"(state:1:103: error: /seed: expected a whole number from 0 to 9007199254740991, )"
     R"(found "42")"},
    {R"("delivery":5)", R"("delivery":4)",
     R"(state:7:20: error: /accounts/0/world/deliveries/3/seq: expected a number that grows )"
     R"(from entry to entry and stays below 4, the one that comes next, found 4)"},
    {R"("attempt":4)", R"("attempt":3)",
     R"(state:10:21: error: /accounts/0/world/attempts/2/seq: expected a number that grows )"
     R"(from entry to entry and stays below 3, the one that comes next, found 3)"},
    {R"("key":"sk_live_test")", R"("key":"test")",
     R"(state:3:8: error: /accounts/0/key: expected an API key: "sk_live_" and more )"
     R"(printable characters, found "test")"},
    {R"("now":"2026-05-26T10:00:20Z")", R"("now":"2026-05-26T10:00:15Z")",
     R"(state:7:69: error: /accounts/0/world/deliveries/3/created: expected a time from )"
     R"("2026-05-26T10:00:00Z" to "2026-05-26T10:00:15Z", found "2026-05-26T10:00:16Z")"},
    {R"("began":"2026-05-26T10:00:00Z")", R"("began":"2026-05-26")",
     R"(state:3:106: error: /accounts/0/world/began: expected a time from )"
     R"("1970-01-01T00:00:00Z" to "2026-05-26T10:00:20Z", found "2026-05-26")"},
    {R"("mode":"manual")", R"("mode":"manually")",
     R"(state:1:168: error: /clock/mode: expected "real", "x60" (sixty times faster), )"
     R"("manual" or "instant", found "manually")"},
    {R"("name":"unnamed")", R"("name":"unnamed","rule":[])",
     R"(state:2:31: error: /scenarios/0/scenario: unknown key "rule" (did you mean "rules"?))"},
    {R"("rule":2,"decided":2)", R"("rule":3,"decided":2)",
     R"(state:3:268: error: /accounts/0/world/rules/2/rule: expected a whole number from 2 )"
     R"(to 2, found 3)"},
    {R"("rule":1,"decided":1)", R"("rule":0,"decided":1)",
     R"(state:3:245: error: /accounts/0/world/rules/1/rule: expected a whole number from 1 )"
     R"(to 2, found 0)"},
    {R"("rule":0,"national":901234567)", R"("rule":1,"national":901234567)",
     R"(state:3:302: error: /accounts/0/world/phones/0/rule: the rule does not count by )"
     R"(phone)"},
    {R"("charged":0.022)", R"("charged":0.033)",
     R"(state:3:345: error: /accounts/0/world/wallet: does not add up: "deposited" is what )"
     R"(the three buckets, "held" and "charged" are together)"},
    {R"("free_credit":0.044,"held":0.044)", R"("free_credit":0.022,"held":0.066)",
     R"(state:3:345: error: /accounts/0/world/wallet: "held" is what was drawn for the )"
     R"(deliveries that have not ended, not 0.066)"},
    {R"("held":0.044)", R"("held":-0.044)",
     R"(state:3:402: error: /accounts/0/world/wallet/held: expected an amount of dollars, )"
     R"(not negative, with six decimals at most, found -0.044)"},
    {R"("accepted":4)", R"("accepted":3)",
     R"(state:7:12: error: /accounts/0/world/deliveries/3/ordinal: expected a number that )"
     R"(grows from entry to entry and stays below 3, the one that comes next, found 3)"},
    {R"("accepted":4)", R"("accepted":5)",
     R"(state:3:474: error: /accounts/0/world/counts: does not agree with the deliveries: )"
     R"(by them, "delivered" and "failed" is 3, not 2)"
     "\n"
     R"(state:3:474: error: /accounts/0/world/counts: does not agree with the deliveries: )"
     R"(by them, "evicted" is 1, not 0)"},
    {R"("accepted":4,)", R"("accepted":5,"evicted":1,)",
     R"(state:3:474: error: /accounts/0/world/counts: does not agree with the deliveries: )"
     R"(by them, "delivered" and "failed" is 3, not 2)"},
    {R"("accepted":4,"delivered":1,"failed":1)", R"("accepted":4,"delivered":2)",
     R"(state:3:474: error: /accounts/0/world/counts: does not agree with the deliveries: )"
     R"(by them, "delivered" is 1, not 2)"
     "\n"
     R"(state:3:474: error: /accounts/0/world/counts: does not agree with the deliveries: )"
     R"(by them, "failed" is 1, not 0)"},
    {R"("accepted":4,"delivered":1,)",
     R"("accepted":5000000004,"evicted":5000000000,"delivered":5000000001,)",
     R"(state:3:730: error: /accounts/0/world/deliveries: more than 4294967296 deliveries were )"
     R"(accepted since the first one that is kept)"},
    {R"("events":2,"acknowledged":1)", R"("events":3,"acknowledged":2)",
     R"(state:3:531: error: /accounts/0/world/webhook_counts: does not agree with the )"
     R"(deliveries: by them, "acknowledged" is 1, not 2)"},
    {R"("acknowledged":1,"attempts":2)", R"("acknowledged":1,"attempts":3)",
     R"(state:3:531: error: /accounts/0/world/webhook_counts: does not agree with the )"
     R"(deliveries: by them, "attempts" is 2, not 3)"},
    {R"("ordinal":1,)", R"("ordinal":0,)",
     R"(state:5:12: error: /accounts/0/world/deliveries/1/ordinal: expected a whole number )"
     R"(from 1 to 3, found 0)"},
    {R"("ordinal":1,"seq":2)", R"("ordinal":1,"seq":1)",
     R"(state:5:20: error: /accounts/0/world/deliveries/1/seq: expected a whole number from )"
     R"(2 to 4, found 1)"},
    {R"("code":"5678")", R"("code":"567")",
     R"(state:7:52: error: /accounts/0/world/deliveries/3/code: expected a code of four to )"
     R"(eight digits, found "567")"},
    {R"("phone":"+84911234567")", R"("phone":"+84121234567")",
     R"(state:6:30: error: /accounts/0/world/deliveries/2/phone: expected a mobile number )"
     R"(like "+84981234567", found "+84121234567")"},
    {R"("cause":2)", R"("cause":3)",
     R"(state:6:130: error: /accounts/0/world/deliveries/2/cause: expected a whole number )"
     R"(from 0 to 2, found 3)"},
    {R"("coming":[{"at":"2026-05-26T10:00:26Z")", R"("coming":[{"at":"2026-05-26T10:00:15Z")",
     R"(state:7:148: error: /accounts/0/world/deliveries/3/coming/0/at: expected a time )"
     R"(from "2026-05-26T10:00:16Z" to "9999-12-31T23:59:59Z", found "2026-05-26T10:00:15Z")"},
    {R"({"at":"2026-05-26T10:00:11Z","status":"failed")",
     R"({"at":"2026-05-26T10:00:21Z","status":"failed")",
     R"(state:5:149: error: /accounts/0/world/deliveries/1/history/0/at: expected a time )"
     R"(from "2026-05-26T10:00:01Z" to "2026-05-26T10:00:20Z", found "2026-05-26T10:00:21Z")"},
    {R"("status":"failed")", R"("status":"lost")",
     R"(state:5:181: error: /accounts/0/world/deliveries/1/history/0/status: expected )"
     R"("sent", "delivered" or "failed", found "lost")"},
    {R"("status":"failed")", R"("status":"sent")",
     R"(state:5:222: error: /accounts/0/world/deliveries/1/webhooks/0: "tells" of the )"
     R"(status "sent", of which no webhook tells)"},
    {R"({"state":"waiting")", R"({"target":1,"state":"waiting")",
     R"(state:5:234: error: /accounts/0/world/deliveries/1/webhooks/0/target: expected a )"
     R"(whole number from 0 to 0, found 1)"},
    {R"({"state":"waiting")", R"({"tells":1,"state":"waiting")",
     R"(state:5:233: error: /accounts/0/world/deliveries/1/webhooks/0/tells: expected a )"
     R"(whole number from 0 to 0, found 1)"},
    {R"("state":"waiting")", R"("state":"given_up")",
     R"(state:5:224: error: /accounts/0/world/deliveries/1/webhooks/0: all its attempts )"
     R"(have "ended")"},
    {R"(,{"due":"2026-05-26T10:00:20Z"})", "",
     R"(state:5:224: error: /accounts/0/world/deliveries/1/webhooks/0: waits, so one )"
     R"(attempt, the last one, has not "ended")"},
    {R"({"due":"2026-05-26T10:00:20Z"})", R"({"ended":"2026-05-26T10:00:20Z"})",
     R"(state:5:337: error: /accounts/0/world/deliveries/1/webhooks/0/attempts/1: "due" is )"
     R"(missing)"},
    {R"({"due":"2026-05-26T10:00:20Z"})", R"({"due":"2026-05-26T10:00:20Z","seq":3})",
     R"(state:5:367: error: /accounts/0/world/deliveries/1/webhooks/0/attempts/1: unknown )"
     R"(key "seq"; known are "due" or "ended")"},
    {R"("retired":[0])", R"("retired":[0,0])",
     R"(state:7:206: error: /accounts/0/world/retired: the delivery 0 is in "retired", and )"
     R"(is none that has ended or is there twice)"},
    {R"("retired":[0])", R"("retired":[1])",
     R"(state:7:206: error: /accounts/0/world/retired: the delivery 0 has ended and is not )"
     R"(in "retired")"},
    {R"("retired":[0],)", "",
     R"(state:3:97: error: /accounts/0/world: the delivery 0 has ended and is not in )"
     R"("retired")"},
    {R"({"delivery":1},)", R"({"delivery":2},)",
     R"(state:9:1: error: /accounts/0/world/attempts/1: no delivery tells of this attempt, )"
     R"(so "told" and "seq" have to)"},
    {R"({"delivery":1},)", R"({"delivery":1},{"delivery":0},)",
     R"(state:9:16: error: /accounts/0/world/attempts/2: has the "seq" 1, but the attempts )"
     R"(go by growing "seq")"},
    {R"("delivery":0,"seq":3)", R"("delivery":4,"seq":3)",
     R"(state:10:13: error: /accounts/0/world/attempts/2/delivery: expected a whole number )"
     R"(from 0 to 3, found 4)"},
    {R"("kind":"redelivery")", R"("kind":"again")",
     R"(state:10:30: error: /accounts/0/world/attempts/2/kind: expected "scheduled", )"
     R"("redelivery" or "ping", found "again")"},
};

}  // namespace

TEST_CASE("a slip in a state is told of with its place, and nothing is read") {
    const auto whole = sample_text();
    REQUIRE(errors_in(whole) == "");
    for (const auto& [what, with, error] : slips) {
        auto text = whole;
        const auto at = text.find(what);
        CAPTURE(what);
        CAPTURE(with);
        REQUIRE(at != std::string::npos);
        text.replace(at, what.size(), with);
        CHECK(errors_in(text) == error);
    }
}

TEST_CASE("of a document of another format or version only that is told") {
    const auto whole = sample_text();
    constexpr std::string_view format = R"({"format":"nexo-mock state")";
    constexpr std::string_view version = R"("version":1)";
    const auto with = [&](std::string_view what, std::string_view instead) {
        auto text = whole;
        return text.replace(text.find(what), what.size(), instead);
    };
    CHECK(errors_in(with(version, R"("version":2)")) ==
          "state:1:39: error: /version: this is a state of version 2 made by nexo-mock 0.1.0; this "
          "nexo-mock reads version 1");
    CHECK(errors_in(R"({"format": "nexo-mock state", "version": 2, "more": []})") ==
          "state:1:42: error: /version: this is a state of version 2; this nexo-mock reads version "
          "1");
    CHECK(errors_in(with(version, R"("version":"1")")) ==
          "state:1:39: error: /version: this is a state of version \"1\" made by nexo-mock 0.1.0; "
          "this nexo-mock reads version 1");
    CHECK(errors_in(with(version, R"("made":1)")) ==
          "state:1:1: error: this is a state of no version made by nexo-mock 0.1.0; this nexo-mock "
          "reads version 1");
    CHECK(errors_in(with(format, R"({"format":"something else")")) ==
          "state:1:11: error: /format: expected \"nexo-mock state\", found \"something else\"");
    constexpr std::string_view none =
        R"(state:1:1: error: this is no state of an emulator: "format": "nexo-mock state" is missing)";
    CHECK(errors_in(R"({"rules": [{"then": {"deliver": true}}]})") == none);
    CHECK(errors_in("[]") == none);
    CHECK(errors_in("7") == none);
}

TEST_CASE("a hundred errors are told of, and how many more there are") {
    auto text = sample_text();
    const auto at = text.find(R"("retired":[0])");
    std::string wrong = "-1";
    for (int i = 0; i < 149; ++i)
        wrong += ",-1";
    text.replace(at, 13, "\"retired\":[" + wrong + "]");
    const auto reading = read_state(text);
    REQUIRE(reading.mistakes.size() == 101);
    CHECK(reading.mistakes.back().message == "and 50 more errors from here on");
}

TEST_CASE("an ordinary delivery that has ended takes less than 600 bytes") {
    const auto text = sample_text();
    const auto begins = text.find(R"({"ordinal":0)");
    const auto ends = text.find('\n', begins);
    CHECK(ends - begins < 400);
}
