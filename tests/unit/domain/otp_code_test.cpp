#include <nexo_mock/domain/otp_code.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;

TEST_CASE("four to eight digits are a code and stay as they are") {
    for (const std::string_view text :
         {"0000", "1234", "01234", "482915", "0000000", "12345678", "00000000"}) {
        CAPTURE(text);
        const auto code = otp_code::parse(text);
        REQUIRE(code.has_value());
        CHECK(code->text() == text);
    }
    CHECK(otp_code::parse("0123") != otp_code::parse("00123"));
    CHECK(otp_code::parse("0123") == otp_code::parse("0123"));
}

TEST_CASE("anything else is no code") {
    using namespace std::string_literals;
    for (const auto& text : {""s,
                             "1"s,
                             "123"s,
                             "123456789"s,
                             std::string(1000, '1'),
                             "12a4"s,
                             "abcd"s,
                             " 1234"s,
                             "1234 "s,
                             "12 34"s,
                             "12-34"s,
                             "+1234"s,
                             "-1234"s,
                             "12.4"s,
                             "1e10"s,
                             "0x1234"s,
                             "123\0"s,
                             "1234\0"s,
                             "\0001234"s,
                             "1234\n"s,
                             "\u0661\u0662\u0663\u0664"s,
                             "\uff11\uff12"s,
                             "\xff\xff\xff\xff"s}) {
        CAPTURE(text);
        CHECK_FALSE(otp_code::parse(text).has_value());
    }
}

TEST_CASE("a single wrong character anywhere spoils a code") {
    for (std::size_t size = 4; size <= 8; ++size) {
        for (std::size_t i = 0; i < size; ++i) {
            for (int c = 0; c < 256; ++c) {
                std::string text(size, '7');
                text[i] = static_cast<char>(c);
                const bool digit = c >= '0' && c <= '9';
                CAPTURE(c);
                CHECK(otp_code::parse(text).has_value() == digit);
            }
        }
    }
}
