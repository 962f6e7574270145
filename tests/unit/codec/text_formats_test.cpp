#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/domain/delay.hpp>
#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr time_point sample = std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h + 25s;

std::string text_of(money amount) {
    std::string out;
    append_money(out, amount);
    return out;
}

}  // namespace

TEST_CASE("an amount of dollars is read exactly") {
    struct row {
        std::string_view text;
        std::int64_t micros;
    };
    for (const auto& [text, micros] : {row{"0", 0},
                                       row{"-0", 0},
                                       row{"0.0", 0},
                                       row{"0.022", 22'000},
                                       row{"25", 25'000'000},
                                       row{"25.110", 25'110'000},
                                       row{"-1.5", -1'500'000},
                                       row{"0.000001", 1},
                                       row{"1e3", 1'000'000'000},
                                       row{"1E+3", 1'000'000'000},
                                       row{"1.5e1", 15'000'000},
                                       row{"22e-3", 22'000},
                                       row{"2200e-5", 22'000},
                                       row{"1e-6", 1},
                                       row{"10e-7", 1},
                                       row{"0e99", 0},
                                       row{"0e-99", 0},
                                       row{"0.0000000000", 0},
                                       row{"1.1000000", 1'100'000},
                                       row{"1000000000000", 1'000'000'000'000'000'000},
                                       row{"1e12", 1'000'000'000'000'000'000},
                                       row{"-1000000000000", -1'000'000'000'000'000'000},
                                       row{"999999999999.999999", 999'999'999'999'999'999}}) {
        CAPTURE(text);
        const auto amount = parse_money(text);
        REQUIRE(amount.has_value());
        CHECK(amount->micros() == micros);
    }
    const auto zeros = parse_money("1." + std::string(300, '0'));
    REQUIRE(zeros.has_value());
    CHECK(zeros->micros() == 1'000'000);
}

TEST_CASE("what is no amount, too fine or too large is refused") {
    for (const auto& text : {""s,
                             "-"s,
                             "."s,
                             "1."s,
                             ".5"s,
                             "--1"s,
                             "+1"s,
                             "1e"s,
                             "1e+"s,
                             "1e+-3"s,
                             "e5"s,
                             "1e5.0"s,
                             "1,5"s,
                             " 1"s,
                             "1 "s,
                             "0x10"s,
                             "1.2.3"s,
                             "NaN"s,
                             "1\0"s,
                             "0.0000001"s,
                             "1e-7"s,
                             "1.0000001"s,
                             "1000000000000.000001"s,
                             "1000000000001"s,
                             "1e13"s,
                             "1e19"s,
                             "1e99"s,
                             "1e999"s,
                             "1e99999999999"s,
                             "9223372036854775807"s,
                             "10000000000000"s,
                             "1000000000000000000"s,
                             "10000000000000000000"s,
                             "99999999999999999999999999"s,
                             "0." + std::string(300, '0') + "1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_money(text).has_value());
    }
}

TEST_CASE("every amount can be read back as it was written") {
    constexpr std::uint64_t seed = 31;
    CAPTURE(seed);
    random_stream random{seed};
    for (int i = 0; i < 20'000; ++i) {
        const auto digits = static_cast<int>(random.next() % 18);
        std::int64_t most = 1;
        for (int d = 0; d < digits; ++d)
            most *= 10;
        const auto amount = money::from_micros(random.between(-most, most));
        const auto text = text_of(amount);
        CAPTURE(text);
        CHECK(parse_money(text) == amount);
        CHECK(text.find('e') == std::string::npos);
    }
}

TEST_CASE("times are written in UTC, to the second or the millisecond") {
    CHECK(format_seconds(sample) == "2026-05-26T10:00:25Z");
    CHECK(format_seconds(sample + 999'999us) == "2026-05-26T10:00:25Z");
    CHECK(format_millis(sample + 250ms) == "2026-05-26T10:00:25.250Z");
    CHECK(format_millis(sample + 7999us) == "2026-05-26T10:00:25.007Z");
    CHECK(format_seconds(time_point{}) == "1970-01-01T00:00:00Z");
    CHECK(format_seconds(std::chrono::sys_days{std::chrono::February / 29 / 2028} + 86399s) ==
          "2028-02-29T23:59:59Z");
}

TEST_CASE("a written time can be read back") {
    CHECK(parse_time("2026-05-26T10:00:25Z") == sample);
    CHECK(parse_time("2026-05-26T10:00:25.25Z") == sample + 250ms);
    CHECK(parse_time("2026-05-26T10:00:25.000001Z") == sample + 1us);
    CHECK(parse_time("1970-01-01T00:00:00Z") == time_point{});
    CHECK(parse_time("9999-12-31T23:59:59.999999Z").has_value());
    CHECK(parse_time(format_millis(sample + 250ms)) == sample + 250ms);
    CHECK(format_time(sample) == "2026-05-26T10:00:25Z");
    CHECK(format_time(sample + 250ms) == "2026-05-26T10:00:25.25Z");
    CHECK(format_time(sample + 7us) == "2026-05-26T10:00:25.000007Z");
    for (const auto at : {sample, sample + 1us, sample + 999'999us, time_point{}, latest})
        CHECK(parse_time(format_time(at)) == at);
}

TEST_CASE("text that is no time is refused") {
    for (const auto& text : {""s,
                             "2026-05-26"s,
                             "2026-05-26T10:00Z"s,
                             "2026-05-26T10:00:25"s,
                             "2026-05-26 10:00:25Z"s,
                             "2026-05-26T10:00:25z"s,
                             "2026-05-26T10:00:25+07:00"s,
                             "2026-05-26T10:00:25.Z"s,
                             "2026-05-26T10:00:25.1234567Z"s,
                             "2026-05-26T10:00:25,5Z"s,
                             "2026-13-01T00:00:00Z"s,
                             "2026-00-01T00:00:00Z"s,
                             "2026-02-29T00:00:00Z"s,
                             "2026-05-32T00:00:00Z"s,
                             "2026-05-26T24:00:00Z"s,
                             "2026-05-26T10:60:00Z"s,
                             "2026-05-26T10:00:60Z"s,
                             "1969-12-31T23:59:59Z"s,
                             "226-05-26T10:00:25Z"s,
                             "2026-5-26T10:00:25Z"s,
                             "2026-05-26T10:00:25ZZ"s,
                             " 2026-05-26T10:00:25Z"s,
                             "-026-05-26T10:00:25Z"s,
                             "2026-05-26T+1:00:25Z"s,
                             "2026-05-26T10:00:25.1e5Z"s}) {
        CAPTURE(text);
        CHECK_FALSE(parse_time(text).has_value());
    }
}

TEST_CASE("a duration is a number and a unit") {
    struct row {
        std::string_view text;
        duration length;
    };
    for (const auto& [text, length] :
         {row{"0s", 0s}, row{"250ms", 250ms}, row{"25s", 25s}, row{"2m", 2min}, row{"1h", 1h},
          row{"1.5s", 1500ms}, row{"0.5ms", 500us}, row{"1.5h", 90min}, row{"0.000001s", 1us},
          row{"007s", 7s}, row{"876000h", delay::longest}, row{"0.25m", 15s},
          row{"3153600000000ms", delay::longest}, row{"3153600000s", delay::longest}}) {
        CAPTURE(text);
        const auto read = parse_duration(text);
        REQUIRE(read.has_value());
        CHECK(read->count() == length.count());
    }
}

TEST_CASE("text that is no duration is refused") {
    for (const auto& text : {""s,
                             "s"s,
                             "25"s,
                             "25 s"s,
                             " 25s"s,
                             "25s "s,
                             "-1s"s,
                             "+1s"s,
                             "1d"s,
                             "1S"s,
                             "1sec"s,
                             "1us"s,
                             "1.s"s,
                             ".5s"s,
                             "1.2.3s"s,
                             "1e3s"s,
                             "1s..2s"s,
                             "1h30m"s,
                             "0.0000001s"s,
                             "876001h"s,
                             "3153600001s"s,
                             "3153600000001ms"s,
                             "52560001m"s,
                             "9223372036854775807ms"s,
                             "99999999999999999999999h"s,
                             "25s\0"s,
                             "2\xc2\xb5s"s}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("a duration is written in the largest unit that makes it whole") {
    struct row {
        duration length;
        std::string_view text;
    };
    for (const auto& [length, text] :
         {row{0s, "0s"}, row{2h, "2h"}, row{90min, "90m"}, row{2min, "2m"}, row{90s, "90s"},
          row{1500ms, "1.5s"}, row{250ms, "250ms"}, row{1us, "0.001ms"},
          row{999'999us, "999.999ms"}, row{1'000'001us, "1.000001s"}, row{61'500ms, "61.5s"},
          row{delay::longest, "876000h"}}) {
        CAPTURE(text);
        CHECK(format_duration(length) == text);
    }
}

TEST_CASE("every duration can be read back as it was written") {
    constexpr std::uint64_t seed = 32;
    CAPTURE(seed);
    random_stream random{seed};
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t most = std::int64_t{1} << (random.next() % 51);
        const duration length{random.between(0, most)};
        const auto text = format_duration(length);
        CAPTURE(text);
        CHECK(parse_duration(text) == length);
    }
}

TEST_CASE("an address or a block of either family is read") {
    const auto v4 = ip_address::v4;
    const auto ten = parse_ip_range("10.0.0.0/8");
    REQUIRE(ten.has_value());
    CHECK(ten->prefix_bits == 104);
    CHECK(ten->contains(v4({10, 9, 8, 7})));
    CHECK_FALSE(ten->contains(v4({11, 0, 0, 0})));

    const auto one = parse_ip_range("192.168.1.7");
    REQUIRE(one.has_value());
    CHECK(one->prefix_bits == 128);
    CHECK(one->contains(v4({192, 168, 1, 7})));
    CHECK_FALSE(one->contains(v4({192, 168, 1, 8})));

    const auto all = parse_ip_range("0.0.0.0/0");
    REQUIRE(all.has_value());
    CHECK(all->contains(v4({255, 1, 2, 3})));
    CHECK_FALSE(all->contains(ip_address{}));

    CHECK(parse_ip_range("::1")->prefix_bits == 128);
    CHECK(parse_ip_range("2001:db8::/32")->prefix_bits == 32);
    CHECK(parse_ip_range("::ffff:10.0.0.0/104")->contains(v4({10, 1, 1, 1})));
    CHECK(parse_ip_range("::/0")->contains(v4({1, 2, 3, 4})));
}

TEST_CASE("text that is no address is refused") {
    for (const auto& text : {""s,
                             "/8"s,
                             "10"s,
                             "10.0.0"s,
                             "10.0.0.0/"s,
                             "10.0.0.0/33"s,
                             "10.0.0.0/-1"s,
                             "10.0.0.0/+8"s,
                             "10.0.0.0/8/8"s,
                             "10.0.0.0/ 8"s,
                             "10.0.0.0/8 "s,
                             " 10.0.0.0"s,
                             "256.0.0.1"s,
                             "::1/129"s,
                             ":::1"s,
                             "fe80::1%eth0"s,
                             "localhost"s,
                             "10.0.0.1\0"s,
                             "10.0.0.1\0/8"s,
                             "10.0.0.0/99999999999"s,
                             "[::1]"s}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ip_range(text).has_value());
    }
}

TEST_CASE("a range of addresses is written as it is read again") {
    struct row {
        std::string_view text;
        std::string_view expected;
    };
    for (const auto& [text, expected] :
         {row{"10.0.0.0/8", "10.0.0.0/8"}, row{"10.1.2.3/8", "10.1.2.3/8"},
          row{"192.168.1.7/32", "192.168.1.7"}, row{"0.0.0.0/0", "0.0.0.0/0"}, row{"::1", "::1"},
          row{"::/0", "::/0"}, row{"2001:DB8:0::/032", "2001:db8::/32"},
          row{"::ffff:10.0.0.0/104", "10.0.0.0/8"}, row{"::ffff:10.0.0.0/95", "::ffff:10.0.0.0/95"},
          row{"::ffff:1.2.3.4", "1.2.3.4"}, row{"::1.2.3.4/128", "::1.2.3.4"}}) {
        CAPTURE(text);
        const auto range = parse_ip_range(text);
        REQUIRE(range.has_value());
        CHECK(format_ip_range(*range) == expected);
        CHECK(parse_ip_range(expected) == range);
    }
}
