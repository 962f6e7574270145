#include <nexo_mock/codec/clock_setting.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace nexo_mock::codec;

TEST_CASE("a clock that is written is read again as it was") {
    for (const std::string_view text : {"real", "manual", "instant", "x60", "x0.001", "x1000000",
                                        "x100000", "x2.5", "x0.3333333333333333"}) {
        CAPTURE(text);
        const auto setting = parse_clock(text);
        REQUIRE(setting.has_value());
        CHECK(format_clock(*setting) == text);
    }
}
