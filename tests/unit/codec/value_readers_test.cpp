#include <nexo_mock/codec/value_readers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

/// A value that is read by one of the readers, and what that complains of.
template <class T>
struct reading {
    std::optional<T> value;
    std::string complaint;  // the first message
    std::size_t complaints = 0;

    reading(std::string_view text, std::optional<T> (*read)(const field&)) {
        std::vector<diagnostic> mistakes;
        const auto parsed = read_json(text);
        value = read({std::get<json_node>(parsed), "", mistakes});
        complaints = mistakes.size();
        if (!mistakes.empty()) complaint = mistakes.front().message;
    }
};

}  // namespace

TEST_CASE("a duration is read from a string alone") {
    CHECK(reading{R"("25s")", read_duration}.value == duration{25s});
    for (const std::string_view text : {"25", "\"25\"", "\"\"", "null", "\"25s..60s\"", "{}"}) {
        CAPTURE(text);
        const reading read{text, read_duration};
        CHECK_FALSE(read.value.has_value());
        CHECK(read.complaints == 1);
        CHECK(read.complaint.starts_with(
            R"(expected a duration like "250ms", "25s", "2m" or "1h", found )"));
    }
}

TEST_CASE("a delay is a duration, a range or a log-normal law") {
    random_stream random{1};
    CHECK(reading{R"("5s")", read_delay}.value->sample(random) == 5s);
    CHECK(reading{R"("5s..5s")", read_delay}.value->sample(random) == 5s);
    CHECK(reading{R"({"median": "90ms", "sigma": 0})", read_delay}.value->sample(random) == 90ms);
    for (int i = 0; i < 100; ++i) {
        const auto drawn = reading{R"("1.5s..2s")", read_delay}.value->sample(random);
        CHECK(drawn >= 1500ms);
        CHECK(drawn <= 2s);
    }
}

TEST_CASE("what is no delay is told once") {
    struct row {
        std::string_view text;
        std::string_view complaint;
    };
    for (
        const auto& [text, complaint] :
        {row{R"("60s..25s")", R"(the range "60s..25s" ends before it begins)"},
         row{R"("25s..")", R"(expected a range like "25s..60s", found "25s..")"},
         row{R"("..25s")", R"(expected a range like "25s..60s", found "..25s")"},
         row{R"("1s...2s")", R"(expected a range like "25s..60s", found "1s...2s")"},
         row{R"("1s..2s..3s")", R"(expected a range like "25s..60s", found "1s..2s..3s")"},
         row{"5",
             R"(expected a duration like "250ms", "25s", "2m" or "1h", found 5 (did you mean "5s"?))"},
         row{R"({"median": "90ms"})", R"("sigma" is missing)"},
         row{R"({"sigma": 1})", R"("median" is missing)"},
         row{R"({"median": "90ms", "sigma": -1})", "expected a number from 0 to 10, found -1"},
         row{R"({"median": "90ms", "sigma": 11})", "expected a number from 0 to 10, found 11"},
         row{R"({"median": "90ms", "sigma": 1, "sgima": 1})",
             R"(unknown key "sgima" (did you mean "sigma"?))"}}) {
        CAPTURE(text);
        const reading read{text, read_delay};
        CHECK(read.complaints == 1);
        CHECK(read.complaint == complaint);
    }
}

TEST_CASE("a window of time may be open at either end") {
    const reading both{R"("60s..120s")", read_elapsed};
    CHECK(both.value->from == 60s);
    CHECK(both.value->to == 120s);
    CHECK(reading{R"("60s..")", read_elapsed}.value->to == duration::max());
    CHECK(reading{R"("..120s")", read_elapsed}.value->from == 0s);
    CHECK(reading{R"("..")", read_elapsed}.value->to == duration::max());
}

TEST_CASE("a window of time that holds no moment is warned of, and holds none") {
    for (const auto* text : {R"("120s..60s")", R"("60s..60s")", R"("..0s")"}) {
        CAPTURE(text);
        const reading read{text, read_elapsed};
        REQUIRE(read.value.has_value());
        CHECK(read.value->from >= read.value->to);
        CHECK(read.complaints == 1);
    }
}

TEST_CASE("a window of time that can't be read is an error") {
    struct row {
        std::string_view text;
        std::string_view complaint;
    };
    for (const auto& [text, complaint] :
         {row{R"("60s")", R"(expected a range like "60s..120s", "60s.." or "..120s", found "60s")"},
          row{R"("a..b")",
              R"(expected a range like "60s..120s", "60s.." or "..120s", found "a..b")"},
          row{"60", R"(expected a range like "60s..120s", "60s.." or "..120s", found 60)"}}) {
        CAPTURE(text);
        const reading read{text, read_elapsed};
        CHECK_FALSE(read.value.has_value());
        CHECK(read.complaints == 1);
        CHECK(read.complaint == complaint);
    }
}

TEST_CASE("money is a number of dollars that is not negative") {
    CHECK(reading{"0.022", read_money}.value == 22000_micros);
    CHECK(reading{"0", read_money}.value == money{});
    CHECK(reading{"1e3", read_money}.value == 1000000000_micros);
    for (const std::string_view text :
         {"-0.01", "\"0.022\"", "0.0000001", "1e400", "10000000000000000000", "null", "[]"}) {
        CAPTURE(text);
        const reading read{text, read_money};
        CHECK_FALSE(read.value.has_value());
        CHECK(read.complaints == 1);
        CHECK(read.complaint.starts_with(
            "expected an amount of dollars, not negative, with six decimals at most, found "));
    }
}

TEST_CASE("patterns come alone or in a list, but not in an empty one") {
    CHECK(reading{R"("+84*")", read_globs}.value->matches("+84981234567"));
    CHECK(reading{R"(["a", "b?"])", read_globs}.value->matches("bc"));
    CHECK(reading{"[]", read_globs}.complaint ==
          "an empty list matches nothing: leave it out to match anything");
    CHECK(reading{"5", read_globs}.complaint == "expected a string, found 5");
    const reading mixed{R"(["a", 1, null])", read_globs};
    CHECK_FALSE(mixed.value.has_value());
    CHECK(mixed.complaints == 2);
}

TEST_CASE("a word is one of a few") {
    const auto read = [](const field& of) {
        return read_word<int>(of, {{"stay", 1}, {"loop", 2}});
    };
    CHECK(reading<int>{R"("loop")", read}.value == 2);
    CHECK(reading<int>{R"("lop")", read}.complaint ==
          R"(expected "stay" or "loop", found "lop" (did you mean "loop"?))");
    CHECK(reading<int>{"1", read}.complaint == "expected a string, found 1");
}
