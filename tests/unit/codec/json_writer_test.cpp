#include <nexo_mock/codec/json_writer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain::literals;
using namespace std::string_literals;

namespace {

template <class T>
std::string written(const T& value) {
    std::string out;
    json_writer{out}.value(value);
    return out;
}

}  // namespace

TEST_CASE("commas stand between values and nowhere else") {
    std::string out = "before ";
    json_writer{out}
        .begin_object()
        .member("a", 1)
        .key("b")
        .begin_array()
        .value("x")
        .null()
        .begin_object()
        .end_object()
        .begin_array()
        .end_array()
        .value(true)
        .end_array()
        .member("c", false)
        .key("d")
        .raw("[1,2]")
        .member_or_null("e", "")
        .member_or_null("f", "y")
        .end_object();
    CHECK(out ==
          R"(before {"a":1,"b":["x",null,{},[],true],"c":false,"d":[1,2],"e":null,"f":"y"})");
}

TEST_CASE("strings are escaped where JSON asks for it") {
    struct row {
        std::string text;
        std::string_view json;
    };
    for (const auto& [text, json] :
         {row{"", R"("")"}, row{"plain", R"("plain")"}, row{"\"\\/", R"("\"\\/")"},
          row{"\n\r\t", R"("\n\r\t")"}, row{"\b\f\x01\x1f"s, R"("\u0008\u000c\u0001\u001f")"},
          row{"a\0b"s, R"("a\u0000b")"}, row{"\x7f", R"("\u007f")"},
          row{"</script>", R"("</script>")"},
          row{"\u00e9\u20ac\U0001f600", "\"\u00e9\u20ac\U0001f600\""}}) {
        CAPTURE(json);
        CHECK(written(std::string_view{text}) == json);
    }
}

TEST_CASE("bytes that are no UTF-8 become the replacement character") {
    const auto fffd = "\xEF\xBF\xBD"s;
    struct row {
        std::string text;
        std::string expected;
    };
    for (const auto& [text, expected] :
         {row{"\xff", fffd}, row{"a\x80z", "a" + fffd + "z"}, row{"\xc3", fffd},
          row{"\xc3(", fffd + "("}, row{"\xc0\xaf", fffd + fffd}, row{"\xc1\xbf", fffd + fffd},
          row{"\xe2\x82", fffd + fffd}, row{"\xe0\x80\xaf", fffd + fffd + fffd},
          row{"\xed\xa0\x80", fffd + fffd + fffd},
          row{"\xf0\x80\x80\x80", fffd + fffd + fffd + fffd},
          row{"\xf4\x90\x80\x80", fffd + fffd + fffd + fffd}, row{"\xf5", fffd},
          row{"\xed\x9f\xbf", "\xed\x9f\xbf"}, row{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
          row{"\xe0\xa0\x80", "\xe0\xa0\x80"}, row{"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"}}) {
        CAPTURE(expected);
        CHECK(written(std::string_view{text}) == '"' + expected + '"');
    }
}

TEST_CASE("keys are escaped like any string") {
    std::string out;
    json_writer{out}.begin_object().member("a\"\n", 1).end_object();
    CHECK(out == R"({"a\"\n":1})");
}

TEST_CASE("whole numbers are written in full") {
    CHECK(written(0) == "0");
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(written(std::uint8_t{200}) == "200");
    CHECK(written(static_cast<short>(-7)) == "-7");
}

TEST_CASE("a number with decimals has the fewest digits that read as the same number") {
    CHECK(written(0.0) == "0");
    CHECK(written(1.0) == "1");
    CHECK(written(0.1) == "0.1");
    CHECK(written(0.1 + 0.2) == "0.30000000000000004");
    CHECK(written(-2.5) == "-2.5");
    CHECK(written(1e300) == "1e+300");
    CHECK(written(std::numeric_limits<double>::denorm_min()) == "5e-324");
    CHECK(written(-std::numeric_limits<double>::min()) == "-2.2250738585072014e-308");
}

TEST_CASE("what begins a line comes after the comma") {
    std::string text;
    json_writer out{text};
    out.begin_array().on_new_line().value(1).on_new_line().begin_object().member("a", 2);
    out.on_new_line().member("b", 3).end_object().value(4).end_array();
    CHECK(text == "[\n1,\n{\"a\":2,\n\"b\":3},4]");
}

TEST_CASE("a character array is text and not a truth value") {
    CHECK(written("text") == R"("text")");
    const char* pointer = "pointer";
    CHECK(written(pointer) == R"("pointer")");
    CHECK(written(true) == "true");
}

TEST_CASE("amounts of money are exact decimal numbers") {
    CHECK(written(22000_micros) == "0.022");
    CHECK(written(88000_micros) == "0.088");
    CHECK(written(25000000_micros) == "25");
    CHECK(written(110000_micros) == "0.11");
    CHECK(written(25110000_micros) == "25.11");
    CHECK(written(0_micros) == "0");
    CHECK(written(1_micros) == "0.000001");
    CHECK(written(10_micros) == "0.00001");
    CHECK(written(nexo_mock::domain::money::from_micros(-1'500'000)) == "-1.5");
}
