#include <nexo_mock/domain/api_key.hpp>

#include <doctest/doctest.h>

#include <string>

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
