#include <nexo_mock/codec/account_reader.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;

namespace {

struct reading {
    codec::account_patch patch;
    std::vector<codec::diagnostic> mistakes;
};

reading read(std::string_view text) {
    reading result;
    const auto parsed = codec::read_json(text);
    REQUIRE(std::holds_alternative<codec::json_node>(parsed));
    result.patch =
        codec::read_account_patch({std::get<codec::json_node>(parsed), "", result.mistakes});
    return result;
}

}  // namespace

TEST_CASE("a patch of an account changes what it names and nothing else") {
    const auto [nothing, none] = read("{}");
    CHECK(none.empty());
    for (const auto& each : nothing.amounts)
        CHECK_FALSE(each.has_value());
    CHECK_FALSE(nothing.changes.target.has_value());
    CHECK_FALSE(nothing.changes.ip_allowlist.has_value());
    CHECK_FALSE(nothing.changes.revoked.has_value());

    const auto [all, mistakes] = read(R"({"balance": 25, "bonus_credit": 0, "free_credit": 0.11,
        "webhook": {"url": "http://a/", "secret": "s"}, "ip_allowlist": ["10.0.0.0/8"], "revoked": true})");
    CHECK(mistakes.empty());
    CHECK(all.amounts[0] == domain::money::from_micros(25'000'000));
    CHECK(all.amounts[1] == domain::money{});
    CHECK(all.amounts[2] == domain::money::from_micros(110'000));
    REQUIRE(all.changes.target.has_value());
    CHECK((*all.changes.target)->url == "http://a/");
    CHECK(all.changes.ip_allowlist->size() == 1);
    CHECK(all.changes.revoked == true);
}

TEST_CASE("null takes the webhook target away, and an empty list the allowlist") {
    const auto [patch, mistakes] = read(R"({"webhook": null, "ip_allowlist": []})");
    CHECK(mistakes.empty());
    REQUIRE(patch.changes.target.has_value());
    CHECK(*patch.changes.target == nullptr);
    REQUIRE(patch.changes.ip_allowlist.has_value());
    CHECK(patch.changes.ip_allowlist->empty());
}

TEST_CASE("mistakes of a patch are told with their place") {
    struct row {
        std::string_view text;
        std::string_view message;
    };
    for (const auto& [text, message] :
         {row{R"({"balence": 1})",
              R"(body:1:2: error: unknown key "balence" (did you mean "balance"?))"},
          row{R"({"balance": -1})", "body:1:13: error: /balance: expected an amount"},
          row{R"({"webhook": {"url": "http://a/"}})", R"(needs a "secret" beside it)"},
          row{R"({"webhook": {}})", R"(expected "url" and "secret", or null)"},
          row{"{\"webhook\": {\"url\": \"http://a/\", \"secret\": \"\u2026\"}}",
              "this is a masked secret: write the secret itself"},
          row{R"({"webhook": 1})", "body:1:13: error: /webhook: expected an object"},
          row{R"({"ip_allowlist": ["10.0.0.0/99"]})", "/ip_allowlist/0: expected an IP address"},
          row{R"({"revoked": "yes"})", "/revoked: expected true or false"},
          row{"[]", "expected an object"}}) {
        CAPTURE(text);
        const auto result = read(text);
        REQUIRE_FALSE(result.mistakes.empty());
        const auto told = codec::format(result.mistakes.front(), "body");
        CAPTURE(told);
        CHECK(told.find(message) != std::string::npos);
    }
}
