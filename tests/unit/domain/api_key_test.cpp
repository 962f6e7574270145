#include <nexo_mock/domain/api_key.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

using namespace nexo_mock::domain;

TEST_CASE("a key is the prefix and something printable") {
    for (const auto& key : {std::string{"sk_live_a"}, std::string{"sk_live_!~"},
                            std::string{"sk_live_3f9a0c2b"}, "sk_live_" + std::string(248, 'k')}) {
        CAPTURE(key);
        CHECK(is_well_formed_key(key));
    }
}

TEST_CASE("a key without the prefix, without more, with a blank or too long is none") {
    using namespace std::string_literals;
    for (const auto& key :
         {""s, "sk_live_"s, "sk_test_abc"s, "SK_LIVE_abc"s, "sk_live_a b"s, "sk_live_a\t"s,
          " sk_live_a"s, "sk_live_a\n"s, "sk_live_a\0"s, "sk_live_\x7f"s, "sk_live_\xc3\xa9"s,
          "sk_live"s, "sk_live_" + std::string(249, 'k')}) {
        CAPTURE(key);
        CHECK_FALSE(is_well_formed_key(key));
    }
}

TEST_CASE("a masked key tells accounts apart and opens none") {
    CHECK(masked_key("sk_live_0123456789abcd2f").starts_with("sk_live_\u20262f#"));
    CHECK(masked_key("sk_live_a_login_test") != masked_key("sk_live_b_login_test"));
    CHECK(masked_key("sk_live_a").size() == std::string{"sk_live_\u2026#0000"}.size());
    CHECK(masked_key("sk_live_12345678").starts_with("sk_live_\u202678#"));
    CHECK(masked_key("sk_live_1234567").starts_with("sk_live_\u2026#"));
    CHECK(masked_key("sk_live_a") == masked_key("sk_live_a"));
}

TEST_CASE("keys in a text are masked, and nothing else of it changes") {
    const auto a = masked_key("sk_live_alpha_0001");
    const auto b = masked_key("sk_live_b");
    for (const auto& [text, expected] : std::initializer_list<std::pair<std::string, std::string>>{
             {"", ""},
             {"sk_live_alpha_0001", a},
             {"/api/v1/sk_live_alpha_0001/x?key=sk_live_b&y",
              "/api/v1/" + a + "/x?key=" + b + "&y"},
             {R"({\"key\":\"sk_live_alpha_0001\"})", R"({\"key\":\")" + a + R"(\"})"},
             {"sk_live_b sk_live_b\n", b + ' ' + b + '\n'},
             {"sk_live_sk_live_b", masked_key("sk_live_sk_live_b")},
             {a + " and " + b, a + " and " + b},
             {"\"Bearer sk_live_\u2026\", \"sk_live_\" and more",
              "\"Bearer sk_live_\u2026\", \"sk_live_\" and more"},
             {"sk_live_", "sk_live_"},
             {"sk_liv", "sk_liv"}}) {
        CAPTURE(text);
        auto masked = text;
        mask_keys(masked);
        CHECK(masked == expected);
    }
}
