#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/scenario_writer.hpp>
#include <support/canonical_scenarios.hpp>
#include <support/scenario_generator.hpp>
#include <support/scenarios.hpp>
#include <support/schema_keys.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace nexo_mock;
using codec::secrets;
using support::scenario_of;

namespace {

std::string written(const domain::scenario& of, secrets how = secrets::shown) {
    std::string text;
    codec::json_writer out{text};
    codec::write_scenario(out, of, how);
    return text;
}

std::string rewritten(std::string_view text) {
    return written(*scenario_of(text));
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Reads, writes and reads again: the second scenario is the first, and is written the same.
void check_round_trip(std::string_view text, std::size_t warnings) {
    const auto first = scenario_of(text);
    const auto once = written(*first);
    CAPTURE(once);
    const auto again = codec::read_scenario(once);
    std::string mistakes;
    for (const auto& each : again.mistakes)
        mistakes += format(each, "written") + '\n';
    CAPTURE(mistakes);
    CHECK(again.mistakes.size() <= warnings);
    REQUIRE(again.scenario != nullptr);
    CHECK(*again.scenario == *first);
    CHECK(written(*again.scenario) == once);
}

}  // namespace

TEST_CASE("a built-in scenario is the same after it was written and read") {
    for (const auto& each : embedded::scenarios) {
        CAPTURE(each.stem);
        check_round_trip(each.text, 0);
    }
}

TEST_CASE("a random scenario is the same after it was written and read") {
    support::scenario_generator generator{20260526};
    for (int i = 0; i < 600; ++i) {
        const auto text = generator.next();
        CAPTURE(text);
        check_round_trip(text, codec::read_scenario(text).mistakes.size());
    }
}

TEST_CASE("what is in its shortest form is written as it stands") {
    for (const auto& text : support::canonical_scenarios()) {
        CAPTURE(text);
        CHECK(rewritten(text) == text);
        check_round_trip(text, codec::read_scenario(text).mistakes.size());
    }
}

TEST_CASE("scenarios that differ in one thing are not equal, and are not written the same") {
    std::vector<domain::scenario_ptr> scenarios;
    for (const auto& text : support::canonical_scenarios())
        scenarios.push_back(scenario_of(text));
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            CAPTURE(written(*scenarios[i]));
            CAPTURE(written(*scenarios[j]));
            CHECK_FALSE(*scenarios[i] == *scenarios[j]);
        }
    }
}

TEST_CASE("every key of the schema is written somewhere") {
    support::used_keys used;
    for (const auto& text : support::canonical_scenarios())
        used.add(rewritten(text));
    const support::schema_keys schema{embedded::schemas.front().text};
    for (const auto& key : schema.all()) {
        CAPTURE(key);
        const bool is_for_editors = key == " $schema";  // which the reader does not keep
        CHECK(used.all().contains(key) != is_for_editors);
    }
}

TEST_CASE("every key that is written is one of the schema") {
    support::used_keys used;
    for (const auto& text : support::canonical_scenarios())
        used.add(rewritten(text));
    for (const auto& each : embedded::scenarios)
        used.add(rewritten(each.text));
    const support::schema_keys schema{embedded::schemas.front().text};
    for (const auto& key : used.all()) {
        CAPTURE(key);
        CHECK(schema.all().contains(key));
    }
}

TEST_CASE("what is as usual is left out") {
    CHECK(rewritten(R"({"name": "x"})") == R"({"name":"x"})");
    CHECK(rewritten("{}") == R"({"name":"unnamed"})");
    CHECK(rewritten(R"({"$schema": "./scenario.schema.json", "name": "x", "description": "",
        "api": {"price": {"default": 0.0220}, "refund_failed": true, "keys": "any", "errors": {},
                "spend_order": ["free_credit", "bonus_credit", "balance"], "no_route": []},
        "webhook": {"timeout": "10000ms", "retry": ["5s", "30s..30s", "2m", "600s", "0.5h"],
                    "ca_file": "", "insecure": false},
        "account_defaults": {"balance": 0, "bonus_credit": 0, "free_credit": 0.110, "webhook": {},
                             "ip_allowlist": [], "revoked": false},
        "accounts": [], "rules": []})") == R"({"name":"x"})");
    CHECK(rewritten(R"({"name": "x", "rules": [{"name": "rule 1", "end": "stay", "per": "account",
        "when": {"endpoint": "send-otp", "every": 1, "chance": 1.0},
        "then": [{"deliver": true, "after": "0ms", "carrier_status": "success", "times": 1}]}]})") ==
          R"({"name":"x","rules":[{"then":{"deliver":true}}]})");
}

TEST_CASE("an account leaves out what account_defaults say, and nothing else") {
    constexpr std::string_view defaults =
        R"("account_defaults":{"balance":1,"webhook":{"url":"http://a/","secret":"s"}})";
    const auto accounts = [&](std::string_view entries) {
        const auto text = R"({"name":"x",)" + std::string{defaults} + R"(,"accounts":[)" +
                          std::string{entries} + "]}";
        const auto read = rewritten(text);
        const auto begin = read.find(R"("accounts":[)");
        REQUIRE(begin != std::string::npos);
        return read.substr(begin + 12, read.size() - begin - 14);
    };
    CHECK(accounts(R"({"key": "sk_live_a", "balance": 1, "free_credit": 0.11,
                       "webhook": {"url": "http://a/", "secret": "s"}})") ==
          R"({"key":"sk_live_a"})");
    CHECK(accounts(R"({"key": "sk_live_a", "balance": 0, "revoked": false,
                       "webhook": {"url": "http://a/", "secret": "t"}})") ==
          R"({"key":"sk_live_a","balance":0,"webhook":{"url":"http://a/","secret":"t"}})");
    CHECK(accounts(R"({"key": "sk_live_a", "webhook": {}})") ==
          R"({"key":"sk_live_a","webhook":{}})");
}

TEST_CASE("a scenario as deep as can be read is written no deeper") {
    const auto nested = [](int depth) {
        std::string text = R"({"name":"x","rules":[{"then":)";
        for (int i = 0; i < depth; ++i)
            text += R"({"one_of":[)";
        text += R"({"deliver":true,"webhook":{"delay":{"median":"1s","sigma":1}}})";
        for (int i = 1; i < depth; ++i)
            text += "]}";
        return text + R"(],"times":2}}]})";
    };
    int depth = 1;
    while (codec::read_scenario(nested(depth + 1)).scenario)
        ++depth;
    CHECK(depth > 10);
    CHECK(rewritten(nested(depth)) == nested(depth));
}

TEST_CASE("masked, a scenario holds neither a key nor a secret") {
    constexpr std::string_view text = R"({"name": "x",
        "webhook": {"url": "http://a/", "secret": "whsec_scenario"},
        "account_defaults": {"webhook": {"url": "http://b/", "secret": "whsec_defaults"}},
        "accounts": [{"key": "sk_live_9f8e7d6c5b", "balance": 1},
                     {"key": "sk_live_a*", "webhook": {"url": "http://c/", "secret": "whsec_own"}}],
        "rules": [{"when": {"key": "sk_live_only_one"}, "then": {"deliver": true}},
                  {"when": {"key": ["sk_live_team_*", "sk_live_one_of_them", "sk_live_", "other"]},
                   "then": {"pending": true}}]})";
    const auto scenario = scenario_of(text);
    const auto masked = written(*scenario, secrets::masked);
    CAPTURE(masked);
    for (const std::string_view key :
         {"sk_live_9f8e7d6c5b", "sk_live_a*", "sk_live_only_one", "sk_live_one_of_them"}) {
        CAPTURE(key);
        CHECK_FALSE(holds(masked, key));
        CHECK(holds(masked, '"' + domain::masked_key(key) + '"'));
    }
    CHECK_FALSE(holds(masked, "whsec"));

    auto expected = written(*scenario);
    const auto replace = [&](const std::string& from, const std::string& to) {
        const auto at = expected.find(from);
        REQUIRE(at != std::string::npos);
        expected.replace(at, from.size(), to);
    };
    for (const std::string key :
         {"sk_live_9f8e7d6c5b", "sk_live_a*", "sk_live_only_one", "sk_live_one_of_them"}) {
        replace(key, domain::masked_key(key));
    }
    for (const std::string secret : {"whsec_scenario", "whsec_defaults", "whsec_own"})
        replace(secret, "\u2026");
    CHECK(masked == expected);
}

TEST_CASE("an empty secret is masked like any other") {
    const auto scenario = scenario_of(R"({"webhook": {"url": "http://a/", "secret": ""}})");
    CHECK(written(*scenario, secrets::masked) ==
          "{\"name\":\"unnamed\",\"webhook\":{\"url\":\"http://a/\",\"secret\":\"\u2026\"}}");
}
