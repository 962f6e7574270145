#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <support/files.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view full_example = R"json({
  "$schema": "./scenario.schema.json",
  "name": "busy-then-answer",
  "description": "Two busy calls, then an answer; MobiFone has no route; the API is down in the second minute.",
  "seed": 42,
  "api": { "price": {"default": 0.022, "mobifone": 0.030}, "refund_failed": true,
           "spend_order": ["free_credit", "bonus_credit", "balance"],
           "keys": "any",                                  // or "listed": only the accounts below exist
           "no_route": [],                                 // carriers without a route
           "errors": {"insufficient_balance": 402} },      // override an HTTP status
  "webhook": { "url": "http://localhost:3000/webhooks/nexo", "secret": "whsec_dev", "timeout": "10s",
               "retry": ["5s", "30s", "2m", "10m", "30m"] },
  "account_defaults": { "balance": 0, "bonus_credit": 0, "free_credit": 0.110 },
  "accounts": [ {"key": "sk_live_rich", "balance": 25, "free_credit": 0.110},
                {"key": "sk_live_fenced", "ip_allowlist": ["10.0.0.0/8"]},
                {"key": "sk_live_revoked", "revoked": true} ],
  "rules": [                                               // the first rule that matches decides
    { "name": "two busy calls, then an answer",
      "when": {"phone": "+84981234567"},
      "then": [ {"fail": "busy", "after": "5s", "times": 2}, {"deliver": true, "after": "12s"} ] },
    { "name": "outage", "when": {"endpoint": "any", "elapsed": "60s..120s"}, "then": {"error": "internal_error", "status": 500} },
    { "when": {"carrier": "vinaphone", "chance": 0.1},     "then": {"fail": "no_answer", "after": "45s..60s"} },
    { "then": {"deliver": true, "after": "25s..60s"} }
  ]
}
)json";

std::vector<std::string> complaints(std::string_view text) {
    std::vector<std::string> lines;
    const auto reading = read_scenario(text);
    for (const auto& each : reading.mistakes)
        lines.push_back(format(each, "s.json"));
    CHECK((reading.scenario == nullptr) == !lines.empty());
    return lines;
}

std::vector<delay> fixed(std::initializer_list<duration> lengths) {
    std::vector<delay> delays;
    for (const auto each : lengths)
        delays.push_back(delay::fixed(each));
    return delays;
}

}  // namespace

TEST_CASE("the example of the documentation is read in full") {
    const auto scenario = support::scenario_of(full_example);
    CHECK(scenario->name == "busy-then-answer");
    CHECK(scenario->description.starts_with("Two busy calls"));
    CHECK(scenario->seed == 42);
    CHECK(scenario->api.price.usual == 22000_micros);
    CHECK(scenario->api.price.of(carrier::mobifone) == 30000_micros);
    CHECK(scenario->api.refund_failed);
    CHECK(scenario->api.order == default_spend_order);
    CHECK_FALSE(scenario->api.listed_keys_only);
    CHECK(scenario->api.no_route.empty());
    CHECK(scenario->api.status.at("insufficient_balance") == 402);
    REQUIRE(scenario->webhook.target != nullptr);
    CHECK(scenario->webhook.target->url == "http://localhost:3000/webhooks/nexo");
    CHECK(scenario->webhook.target->secret == "whsec_dev");
    CHECK(scenario->webhook.timeout == delay::fixed(10s));
    CHECK(scenario->webhook.retry == fixed({5s, 30s, 2min, 10min, 30min}));
    CHECK(scenario->account_defaults.opening == bucket_amounts{{}, {}, 110000_micros});
    REQUIRE(scenario->accounts.size() == 3);
    CHECK(scenario->accounts[0].opening == bucket_amounts{25000000_micros, {}, 110000_micros});
    CHECK(scenario->accounts[1].ip_allowlist.at(0).prefix_bits == 104);
    CHECK(scenario->accounts[1].opening.total() == 110000_micros);
    CHECK(scenario->accounts[2].revoked);
    REQUIRE(scenario->rules.size() == 4);
    CHECK(scenario->rules[0].name == "two busy calls, then an answer");
    CHECK(scenario->rules[0].steps.size() == 2);
    CHECK(scenario->rules[1].when.elapsed->to == 120s);
    CHECK(std::get<refusal_step>(scenario->rules[1].steps[0].action).status == 500);
    CHECK(scenario->rules[2].name == "rule 3");
    CHECK(scenario->rules[2].when.chance == 0.1);
    CHECK(scenario->rules[3].name == "rule 4");
}

TEST_CASE("an empty scenario is what the vendor does") {
    const auto scenario = support::scenario_of("{}");
    CHECK(scenario->name == "unnamed");
    CHECK_FALSE(scenario->seed.has_value());
    CHECK(scenario->api.price.usual == 22000_micros);
    CHECK(scenario->api.refund_failed);
    CHECK(scenario->api.order == default_spend_order);
    CHECK_FALSE(scenario->api.listed_keys_only);
    CHECK(scenario->webhook.target == nullptr);
    CHECK(scenario->webhook.timeout == delay::fixed(10s));
    CHECK(scenario->webhook.retry == fixed({5s, 30s, 2min, 10min, 30min}));
    CHECK_FALSE(scenario->webhook.insecure);
    CHECK(scenario->account_defaults.opening == bucket_amounts{{}, {}, 110000_micros});
    CHECK(scenario->rules.empty());
}

TEST_CASE("what the example leaves out is read too") {
    const auto scenario = support::scenario_of(R"({
        "api": {"price": 0.05, "refund_failed": false, "keys": "listed",
                "spend_order": ["balance", "free_credit", "bonus_credit"],
                "no_route": ["mobifone", "itel"], "errors": {"no_route": 409, "custom": 418}},
        "webhook": {"timeout": "500ms", "retry": [], "ca_file": "/ca.pem", "insecure": true},
        "account_defaults": {"balance": 1, "bonus_credit": 2, "free_credit": 3, "revoked": true,
                             "ip_allowlist": ["::1", "127.0.0.1"],
                             "webhook": {"url": "https://a/", "secret": ""}},
        "accounts": [{"key": "sk_live_a"},
                     {"key": "sk_live_b", "balance": 7, "revoked": false, "ip_allowlist": [],
                      "webhook": {"url": "http://b/", "secret": "t"}}],
        "seed": 9007199254740991,
    })");
    CHECK(scenario->seed == max_seed);
    CHECK(scenario->api.price.of(carrier::mobifone) == 50000_micros);
    CHECK_FALSE(scenario->api.refund_failed);
    CHECK(scenario->api.listed_keys_only);
    CHECK(scenario->api.order ==
          spend_order{bucket::balance, bucket::free_credit, bucket::bonus_credit});
    CHECK(scenario->api.no_route == std::vector{carrier::mobifone, carrier::itel});
    CHECK(scenario->api.status.at("custom") == 418);
    CHECK(scenario->webhook.target == nullptr);
    CHECK(scenario->webhook.timeout == delay::fixed(500ms));
    CHECK(scenario->webhook.retry.empty());
    CHECK(scenario->webhook.ca_file == "/ca.pem");
    CHECK(scenario->webhook.insecure);
    const auto& inherits = scenario->accounts.at(0);
    CHECK(inherits.key == "sk_live_a");
    CHECK(inherits.opening == bucket_amounts{1000000_micros, 2000000_micros, 3000000_micros});
    CHECK(inherits.revoked);
    CHECK(inherits.ip_allowlist.size() == 2);
    CHECK(inherits.target->url == "https://a/");
    const auto& own = scenario->accounts.at(1);
    CHECK(own.opening == bucket_amounts{7000000_micros, 2000000_micros, 3000000_micros});
    CHECK_FALSE(own.revoked);
    CHECK(own.ip_allowlist.empty());
    CHECK(own.target->url == "http://b/");
}

TEST_CASE("accounts inherit defaults that stand behind them") {
    const auto scenario = support::scenario_of(
        R"({"accounts": [{"key": "sk_live_a"}], "account_defaults": {"balance": 5}})");
    CHECK(scenario->accounts.at(0).opening[bucket::balance] == 5000000_micros);
}

TEST_CASE("a mistake is told as a compiler would tell it") {
    CHECK(complaints("{\"rules\": [\n  {\"then\": {\"pending\": true}},\n"
                     "  {\"then\": {\"pending\": true}},\n"
                     "  {\"when\": {\"phne\": \"x\"}, \"then\": {\"pending\": true}}]}") ==
          std::vector<std::string>{
              "s.json:4:13: error: /rules/2/when: unknown key \"phne\" (did you mean \"phone\"?)"});
}

TEST_CASE("every mistake in a scenario is told with its place and path") {
    struct row {
        std::string_view text;
        std::string_view complaint;
    };
    for (
        const auto& [text, complaint] :
        {row{"", "1:1: error: the text ends too early"},
         row{"{\"rules\": [}", "1:12: error: unexpected '}' (syntax error)"},
         row{"[]", "1:1: error: expected an object, found a list"},
         row{R"({"rulez": []})", R"(1:2: error: unknown key "rulez" (did you mean "rules"?))"},
         row{R"({"name": "a", "name": "b"})", R"(1:15: error: the key "name" is given twice)"},
         row{R"({"name": 5})", "1:10: error: /name: expected a string, found 5"},
         row{R"({"seed": -1})",
             "1:10: error: /seed: expected a whole number from 0 to 9007199254740991, found -1"},
         row{R"({"seed": 9007199254740992})",
             "1:10: error: /seed: expected a whole number from 0 to 9007199254740991, found "
             "9007199254740992"},
         row{R"({"rules": {}})", "1:11: error: /rules: expected a list, found an object"},
         row{R"({"api": []})", "1:9: error: /api: expected an object, found a list"},
         row{R"({"api": {"price": "0.022"}})",
             R"(1:19: error: /api/price: expected an amount, or an object of amounts by carrier and "default", found "0.022")"},
         row{R"({"api": {"price": -1}})",
             "1:19: error: /api/price: expected an amount of dollars, not negative, with six "
             "decimals at most, found -1"},
         row{R"({"api": {"price": {"itel": 1, "itel": 2}}})",
             R"(1:31: error: /api/price: the key "itel" is given twice)"},
         row{R"({"api": {"spend_order": ["balance", "free_credit"]}})",
             "1:25: error: /api/spend_order: expected each of the three buckets once, found 2 of "
             "them"},
         row{R"({"api": {"spend_order": ["balance", "balance", "free_credit"]}})",
             "1:37: error: /api/spend_order/1: \"balance\" is named twice"},
         row{R"({"api": {"spend_order": "balance"}})",
             R"(1:25: error: /api/spend_order: expected a list, found "balance")"},
         row{R"({"api": {"keys": "some"}})",
             R"(1:18: error: /api/keys: expected "any" or "listed", found "some")"},
         row{R"({"api": {"no_route": [5]}})",
             "1:23: error: /api/no_route/0: expected a string, found 5"},
         row{R"({"api": {"errors": {"no_route": 600}}})",
             "1:33: error: /api/errors/no_route: expected a whole number from 200 to 599, found "
             "600"},
         row{R"({"webhook": {"url": "http://a/"}})",
             R"(1:13: error: /webhook: "url" needs a "secret" beside it: every webhook is signed)"},
         row{R"({"webhook": {"secret": "s"}})",
             R"(1:13: error: /webhook: "secret" needs a "url" beside it)"},
         row{R"({"webhook": {"url": "ftp://a/", "secret": "s"}})",
             R"(1:21: error: /webhook/url: expected a URL like "http://localhost:3000/webhooks/nexo", found "ftp://a/")"},
         row{R"({"webhook": {"retry": ["5s", 30]}})",
             R"(1:30: error: /webhook/retry/1: expected a duration like "250ms", "25s", "2m" or "1h", found 30 (did you mean "30s"?))"},
         row{R"({"webhook": {"timeout": "10"}})",
             R"(1:25: error: /webhook/timeout: expected a duration like "250ms", "25s", "2m" or "1h", found "10")"},
         row{R"({"webhook": {"insecure": "yes"}})",
             R"(1:26: error: /webhook/insecure: expected true or false, found "yes")"},
         row{R"({"account_defaults": {"key": "sk_live_a"}})",
             R"(1:23: error: /account_defaults: unknown key "key"; known are "balance", "bonus_credit", "free_credit", "webhook", "ip_allowlist" or "revoked")"},
         row{R"({"account_defaults": {"balanse": 1}})",
             R"(1:23: error: /account_defaults: unknown key "balanse" (did you mean "balance"?))"},
         row{R"({"account_defaults": {"balance": 1e13}})",
             "1:34: error: /account_defaults/balance: expected an amount of dollars, not negative, "
             "with six decimals at most, found 1e13"},
         row{R"({"accounts": [{}]})", R"(1:15: error: /accounts/0: "key" is missing)"},
         row{R"({"accounts": [{"key": "sk_test_a"}]})",
             R"(1:23: error: /accounts/0/key: expected an API key: "sk_live_" and more printable characters, found "sk_test_a")"},
         row{R"({"accounts": [{"key": "sk_live_a", "ip_allowlist": ["10.0.0.0/33"]}]})",
             R"(1:53: error: /accounts/0/ip_allowlist/0: expected an IP address or a block like "10.0.0.0/8", found "10.0.0.0/33")"},
         row{R"({"accounts": [{"key": "sk_live_a", "webhook": {"url": "http://a/", "secret": "s", "retry": []}}]})",
             R"(1:83: error: /accounts/0/webhook: unknown key "retry"; known are "url" or "secret")"}}) {
        CAPTURE(text);
        const auto heard = complaints(text);
        REQUIRE_FALSE(heard.empty());
        CHECK(heard[0] == "s.json:" + std::string{complaint});
        CHECK(heard.size() == (text.find("\"x\", 5") == std::string_view::npos ? 1 : 2));
    }
}

TEST_CASE("all mistakes are told in one run, in the order of the text") {
    const std::vector<std::string> expected{
        R"(s.json:2:49: error: /rules/0/then/after: expected a duration like "250ms", "25s", "2m" or "1h", found 5 (did you mean "5s"?))",
        R"(s.json:3:13: error: /rules/1: "then" is missing)",
        R"(s.json:3:23: error: /rules/1/when: unknown key "phne" (did you mean "phone"?))",
        R"(s.json:3:43: error: /rules/1/when/every: expected a whole number from 1 to 1000000000, found 0)",
        R"(s.json:4:3: error: unknown key "nam" (did you mean "name"?))",
        R"(s.json:5:24: error: /accounts/0/key: expected an API key: "sk_live_" and more printable characters, found "x")",
        R"(s.json:6:20: error: /api/price: expected an amount, or an object of amounts by carrier and "default", found null)"};
    const auto heard = complaints(R"({
  "rules": [{"then": {"deliver": true, "after": 5}},
            {"when": {"phne": 1, "every": 0}}],
  "nam": 1,
  "accounts": [{"key": "x"}],
  "api": {"price": null},
})");
    REQUIRE(heard.size() == expected.size());
    for (std::size_t i = 0; i < heard.size(); ++i)
        CHECK(heard[i] == expected[i]);
}

TEST_CASE("retries and rules are bounded") {
    const auto list = [](std::string_view item, int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += std::string{item} + ',';
        return '[' + text + ']';
    };
    CHECK(complaints("{\"webhook\": {\"retry\": " + list("\"1s\"", 100) + "}}").empty());
    CHECK(complaints("{\"webhook\": {\"retry\": " + list("\"1s\"", 101) + "}}") ==
          std::vector<std::string>{
              "s.json:1:23: error: /webhook/retry: expected at most 100 retries, found 101"});
    CHECK(complaints("{\"rules\": " + list("{\"then\": {\"pending\": true}}", 10'001) + "}") ==
          std::vector<std::string>{
              "s.json:1:11: error: /rules: expected at most 10000 rules, found 10001"});
}

TEST_CASE("every scenario of the repository is good and is embedded as it is") {
    std::size_t files = 0;
    for (const auto& each :
         std::filesystem::directory_iterator{NEXO_MOCK_SOURCE_DIR "/scenarios"}) {
        const auto file = each.path().filename().string();
        if (!file.ends_with(".json") || file.ends_with(".schema.json")) continue;
        CAPTURE(file);
        ++files;
        const auto text = support::repository_file("scenarios/" + file);
        CHECK(complaints(text).empty());
        const auto stem = each.path().stem().string();
        const auto found = std::ranges::find(nexo_mock::embedded::scenarios, stem,
                                             &nexo_mock::embedded::file::stem);
        REQUIRE(found != nexo_mock::embedded::scenarios.end());
        CHECK(found->text == text);
        if (const auto read = read_scenario(text).scenario) CHECK(read->name == stem);
    }
    CHECK(files >= 2);
    CHECK(files == nexo_mock::embedded::scenarios.size());
}

TEST_CASE("the default scenario has a magic number for every failure of the vocabulary") {
    const auto scenario = support::scenario_of(support::repository_file("scenarios/default.json"));
    for (const std::string_view code :
         {"no_answer", "busy", "rejected", "unreachable", "invalid_number", "suspended", "barred",
          "carrier_blocked", "early_hangup", "voicemail", "network_error", "timeout"}) {
        CAPTURE(code);
        bool found = false;
        for (const auto& each : scenario->rules) {
            const auto* scripted = std::get_if<course>(&each.steps.front().action);
            if (scripted == nullptr || scripted->events.size() != 1) continue;
            found = found || scripted->events.front().outcome.error_code == code;
        }
        CHECK(found);
    }
}

TEST_CASE("what is hardly meant is a warning, and the scenario is read all the same") {
    struct row {
        std::string text;
        std::string warning;
    };
    const std::string known =
        R"(; known are "viettel", "vinaphone", "mobifone", "vietnamobile", "gmobile", "itel" or "reddi")";
    for (
        const auto& [text, warning] : std::vector<row>{
            {R"({"api": {"price": {"mobifon": 1}}})",
             R"(f:1:31: warning: /api/price/mobifon: unknown carrier "mobifon" (did you mean "mobifone"?))" +
                 known},
            {R"({"api": {"no_route": ["x"]}})",
             R"(f:1:23: warning: /api/no_route/0: unknown carrier "x")" + known},
            {R"({"rules": [{"when": {"carrier": "vietel"}, "then": {"deliver": true}}]})",
             R"(f:1:33: warning: /rules/0/when/carrier: unknown carrier "vietel" (did you mean "viettel"?))" +
                 known},
            {R"({"rules": [{"then": {"fail": "bussy"}}]})",
             R"(f:1:30: warning: /rules/0/then/fail: unknown error code "bussy" (did you mean "busy"?))"},
            {R"({"rules": [{"then": {"error": "rate_limit"}}]})",
             R"(f:1:31: warning: /rules/0/then/error: unknown error code "rate_limit" (did you mean "rate_limited"?))"},
            {R"({"accounts": [{"key": "sk_live_a", "balance": 7}, {"key": "sk_live_a"}]})",
             R"(f:1:51: warning: /accounts/1: the account "sk_live_a" is listed twice: the first entry counts)"},
        }) {
        CAPTURE(text);
        const auto reading = read_scenario(text);
        REQUIRE(reading.scenario != nullptr);
        REQUIRE(reading.mistakes.size() == 1);
        CHECK(format(reading.mistakes.front(), "f") == warning);
    }
}
