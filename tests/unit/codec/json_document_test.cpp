#include <nexo_mock/codec/json_document.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using namespace nexo_mock::codec;
using namespace std::string_literals;

namespace {

json_node read(std::string_view text) {
    auto parsed = read_json(text);
    if (const auto* broken = std::get_if<syntax_error>(&parsed)) {
        FAIL(broken->message);
    }
    return std::get<json_node>(std::move(parsed));
}

std::string place(text_position at) {
    return std::to_string(at.line) + ':' + std::to_string(at.column);
}

/// "LINE:COLUMN: message", or "" if there is no error.
std::string error_of(std::string_view text) {
    const auto parsed = read_json(text);
    const auto* broken = std::get_if<syntax_error>(&parsed);
    return broken == nullptr ? std::string{} : place(broken->at) + ": " + broken->message;
}

}  // namespace

TEST_CASE("every kind of value is read") {
    const auto root = read(R"([null, true, false, 0, -1.5e3, "a", [], {}])");
    REQUIRE(root.items.size() == 8);
    CHECK(root.kind == json_kind::array);
    CHECK(root.items[0].kind == json_kind::null);
    CHECK(root.items[1].boolean);
    CHECK(root.items[2].kind == json_kind::boolean);
    CHECK_FALSE(root.items[2].boolean);
    CHECK(root.items[3].text == "0");
    CHECK(root.items[4].text == "-1.5e3");
    CHECK(root.items[5].text == "a");
    CHECK(root.items[6].kind == json_kind::array);
    CHECK(root.items[7].kind == json_kind::object);
}

TEST_CASE("a value of any kind may be the whole document") {
    for (const std::string_view text : {"null", "true", "false", "0", "-7", "1.25",
                                        "12345678901234567890", "\"\"", "\"text\"", "[]", "{}"}) {
        for (const std::string_view before : {"", " ", "\n", "// c\n", "/* c */", "/**/ "}) {
            for (const std::string_view after : {"", " ", "\n\n", "// c", "/* c */", " // c\n"}) {
                const auto whole = std::string{before} + std::string{text} + std::string{after};
                CAPTURE(whole);
                CHECK(error_of(whole).empty());
            }
        }
    }
}

TEST_CASE("numbers are kept as they were written") {
    const auto root = read("[0.0220, 1e400, -0, 123456789012345678901234567890, 1E+2, 0.1e-7]");
    REQUIRE(root.items.size() == 6);
    CHECK(root.items[0].text == "0.0220");
    CHECK(root.items[1].text == "1e400");
    CHECK(root.items[2].text == "-0");
    CHECK(root.items[3].text == "123456789012345678901234567890");
    CHECK(root.items[4].text == "1E+2");
    CHECK(root.items[5].text == "0.1e-7");
}

TEST_CASE("strings are unescaped") {
    const auto root =
        read(R"(["", "\n", "\"\\\/\b\f\r\t", "\u00e9\ud83d\ude00", "x\u0000y", "//", "/* */"])");
    REQUIRE(root.items.size() == 7);
    CHECK(root.items[0].text.empty());
    CHECK(root.items[1].text == "\n");
    CHECK(root.items[2].text == "\"\\/\b\f\r\t");
    CHECK(root.items[3].text == "\u00e9\U0001f600");
    CHECK(root.items[4].text == "x\0y"s);
    CHECK(root.items[5].text == "//");
    CHECK(root.items[6].text == "/* */");
}

TEST_CASE("members keep their order and their repetitions") {
    const auto root = read(R"({"b": 1, "a": 2, "b": {"a": 3}, "": 4})");
    REQUIRE(root.members.size() == 4);
    CHECK(root.members[0].name == "b");
    CHECK(root.members[1].name == "a");
    CHECK(root.members[2].name == "b");
    CHECK(root.members[2].value.members.at(0).value.text == "3");
    CHECK(root.members[3].name.empty());
}

TEST_CASE("every value and every key knows where it begins") {
    const auto root = read(
        "{\n  \"a\": 1,\n  \"\\n\" : [ true,\n\t\"\\t\", \"\" , null ],\n"
        "  \"c\":{\"d\":-2.5}\n}\n");
    CHECK(place(root.at) == "1:1");
    REQUIRE(root.members.size() == 3);
    const auto& a = root.members[0];
    const auto& escaped = root.members[1];
    const auto& c = root.members[2];
    CHECK(place(a.at) == "2:3");
    CHECK(place(a.value.at) == "2:8");
    CHECK(place(escaped.at) == "3:3");
    CHECK(place(escaped.value.at) == "3:10");
    CHECK(place(escaped.value.items.at(0).at) == "3:12");
    CHECK(place(escaped.value.items.at(1).at) == "4:2");
    CHECK(place(escaped.value.items.at(2).at) == "4:8");
    CHECK(place(escaped.value.items.at(3).at) == "4:13");
    CHECK(place(c.at) == "5:3");
    CHECK(place(c.value.at) == "5:7");
    CHECK(place(c.value.members.at(0).at) == "5:8");
    CHECK(place(c.value.members.at(0).value.at) == "5:12");
}

TEST_CASE("places count characters, not bytes") {
    const auto root = read("{\"\u00e9\u20ac\U0001f600\": \"\u00e9\", \"b\": 1}");
    CHECK(place(root.members.at(0).value.at) == "1:9");
    CHECK(place(root.members.at(1).at) == "1:14");
    CHECK(place(root.members.at(1).value.at) == "1:19");
}

TEST_CASE("places count from behind a byte order mark") {
    CHECK(place(read("\xEF\xBB\xBF[1]").items.at(0).at) == "1:2");
    CHECK(error_of("\xEF\xBB\xBF").starts_with("1:1: "));
}

TEST_CASE("comments may stand wherever blanks may, and move nothing") {
    const auto root = read(
        "// first\n/* a\n b \u00e9 */ { // c\n /* */\"a\"/**/:/* d */ 1 /*e*/, // f\n"
        "\"b\": // g\n [/*h*/1/*i*/,/*j*/2/*k*/] // l\n} // m");
    CHECK(place(root.at) == "3:9");
    REQUIRE(root.members.size() == 2);
    CHECK(place(root.members[0].at) == "4:7");
    CHECK(place(root.members[0].value.at) == "4:23");
    CHECK(place(root.members[1].value.at) == "6:2");
    CHECK(place(root.members[1].value.items.at(0).at) == "6:8");
    CHECK(place(root.members[1].value.items.at(1).at) == "6:20");
}

TEST_CASE("a comment's text is of no account") {
    for (const std::string_view text :
         {"// \"\n1", "/* \" */1", "/* // */1", "// /*\n1", "/***/1", "/*/ */1", "// \xff\n1",
          "/* \\*/1", "[1 /* ] */ ]", "{\"a\": // }\n 1}", "\"/*\" // */", "// c\r\n1"}) {
        CAPTURE(text);
        CHECK(error_of(text).empty());
    }
}

TEST_CASE("a quote that is escaped does not end a string that looks like a comment") {
    CHECK(read(R"("a\"// b")").text == "a\"// b");
    CHECK(read(R"(["\\", 1 /* c */])").items.size() == 2);
    CHECK(read(R"(["\\\"/*", "*/"])").items.at(0).text == "\\\"/*");
}

TEST_CASE("one trailing comma is welcome") {
    CHECK(read("[1, 2, ]").items.size() == 2);
    CHECK(read("{\"a\": 1, // c\n}").members.size() == 1);
}

TEST_CASE("each syntax error is told with its place") {
    struct row {
        std::string text;
        std::string_view error;
    };
    for (const auto& [text, error] :
         {row{"", "1:1: the text ends too early"},
          row{" \n ", "2:2: the text ends too early"},
          row{"{", "1:2: the text ends too early"},
          row{"[1,\n", "2:1: the text ends too early"},
          row{"\"a", "1:3: the text ends too early"},
          row{"nul", "1:4: the text ends too early"},
          row{"1.", "1:3: the text ends too early"},
          row{"-", "1:2: the text ends too early"},
          row{"// c", "1:5: the text ends too early"},
          row{"[1,,2]", "1:4: unexpected ',' (syntax error)"},
          row{"[,]", "1:2: unexpected ',' (syntax error)"},
          row{"{,}", "1:2: unexpected ',' (syntax error)"},
          row{"[1 2]", "1:4: unexpected '2' (is a comma missing before it?)"},
          row{"{\"a\" 1}", "1:6: unexpected '1' (is a comma or a colon missing before it?)"},
          row{"{\"a\":}", "1:6: unexpected '}' (syntax error)"},
          row{"{\"a\":1 \"b\":2}", "1:8: unexpected '\"' (is a comma missing before it?)"},
          row{"{a:1}", "1:2: unexpected 'a' (names and strings take double quotes)"},
          row{"{'a':1}", "1:2: unexpected ''' (strings take double quotes)"},
          row{"{\n \"a\": tru\n}", "2:10: unexpected end of line"},
          row{"[\n\n  tru ]", "3:6: unexpected ' ' (syntax error)"},
          row{"nulx", "1:4: unexpected 'x' (syntax error)"},
          row{"NaN", "1:1: unexpected 'N' (true, false and null are in lower case)"},
          row{"+1", "1:1: unexpected '+' (syntax error)"},
          row{".5", "1:1: unexpected '.' (syntax error)"},
          row{"]", "1:1: unexpected ']' (syntax error)"},
          row{"[1}", "1:3: unexpected '}' (syntax error)"},
          row{"\"\\q\"", "1:3: unexpected 'q' (syntax error)"},
          row{"\"\\u12g4\"", "1:6: unexpected 'g' (expected hex digit)"},
          row{"\"a\nb\"", "1:3: unexpected end of line"},
          row{"\"a\tb\"", "1:3: unexpected control character"},
          row{"[\0]"s, "1:2: unexpected control character"},
          row{"\"\xff\"", "1:2: unexpected character (syntax error)"},
          row{"[\"\u00e9\", x]", "1:7: unexpected 'x' (names and strings take double quotes)"},
          row{"{\"a\": True}", "1:7: unexpected 'T' (true, false and null are in lower case)"},
          row{"# c\n{}", "1:1: unexpected '#' (comments begin with // or stand between /* and */)"},
          row{"[{} {}]", "1:5: unexpected '{' (is a comma missing before it?)"},
          row{"/x", "1:1: unexpected '/' (syntax error)"},
          row{"[1] /* x", "1:5: the comment does not end"},
          row{"[ /* x", "1:3: the comment does not end"},
          row{"{\"a\": /*/ 1}", "1:7: the comment does not end"}}) {
        CAPTURE(text);
        CHECK(error_of(text) == error);
    }
}

TEST_CASE("text after the document is told with its place") {
    for (const std::string_view text :
         {"{} x", "{} {}", "1  2", "[] ]", "\"\" \"\"", "[1]]]", "{}\n,"}) {
        CAPTURE(text);
        CHECK(error_of(text).ends_with("unexpected text after the document"));
    }
    CHECK(error_of("{} /* c */ y").starts_with("1:12: "));
    CHECK(error_of("01").starts_with("1:2: "));
    CHECK(error_of("{}\n\n  x").starts_with("3:3: "));
}

TEST_CASE("documents nest 32 deep and no deeper") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(error_of(nested(32)).empty());
    CHECK(error_of(nested(33)) == "1:33: nested too deep (32 levels at most)");
    CHECK(error_of(std::string(1'000'000, '[')) == "1:33: nested too deep (32 levels at most)");
}

TEST_CASE("whoever reads a document says how deep it may be") {
    CHECK(std::holds_alternative<json_node>(read_json("[[[]]]", 3)));
    const auto parsed = read_json("[[[]]]", 2);
    const auto* broken = std::get_if<syntax_error>(&parsed);
    REQUIRE(broken != nullptr);
    CHECK(broken->message == "nested too deep (2 levels at most)");
}

TEST_CASE("a string of any kind of characters keeps its text and the places behind it") {
    const auto root =
        read("[\"plain, \\\"quoted\\\" \\\\\", \"\\u0041b\\ud83d\\ude00 \u20ac/\\/\",\n \"x\"]");
    REQUIRE(root.items.size() == 3);
    CHECK(root.items[0].text == "plain, \"quoted\" \\");
    CHECK(root.items[1].text == "Ab\U0001F600 \u20ac//");
    CHECK(root.items[1].at == text_position{1, 26});
    CHECK(root.items[2].at == text_position{2, 2});
    CHECK(error_of("[\"plain\", \"a\\u00e\", 1]").starts_with("1:18: "));
    CHECK(error_of("[\"plain\", \"tab\there\"]").starts_with("1:15: "));
    CHECK(error_of("[\"\u20ac\u20ac\", x]").starts_with("1:8: "));
}

TEST_CASE("a long list keeps the places of all its items") {
    std::string text = "[";
    for (int i = 0; i < 10'000; ++i)
        text += "\n{\"a\": [" + std::to_string(i) + "]},";
    const auto root = read(text + "]");
    REQUIRE(root.items.size() == 10'000);
    for (std::size_t i = 0; i < root.items.size(); ++i) {
        const auto& item = root.items[i].members.at(0).value.items.at(0);
        REQUIRE(item.text == std::to_string(i));
        REQUIRE(item.at == text_position{i + 2, 8});
    }
}
