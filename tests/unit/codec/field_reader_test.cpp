#include <nexo_mock/codec/field_reader.hpp>

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace nexo_mock::codec;

namespace {

/// What reading a document in some way has to complain of, one "LINE:COLUMN: /path: message" each.
std::vector<std::string> complaints(std::string_view text,
                                    const std::function<void(const field&)>& read) {
    std::vector<diagnostic> mistakes;
    const auto parsed = read_json(text);
    read({std::get<json_node>(parsed), "", mistakes});
    std::vector<std::string> lines;
    for (const auto& each : mistakes)
        lines.push_back(format(each, "f"));
    return lines;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a mistake is told with file, place, path and message") {
    CHECK(format({{3, 14}, "/rules/2/when", "wrong"}, "a.json") ==
          "a.json:3:14: error: /rules/2/when: wrong");
    CHECK(format({{1, 1}, "", "wrong"}, "a.json") == "a.json:1:1: error: wrong");
}

TEST_CASE("a value of the wrong type is named in the complaint") {
    struct row {
        std::string_view text;
        std::string_view found;
    };
    for (const auto& [text, found] : {row{"null", "null"}, row{"true", "true"}, row{"1.50", "1.50"},
                                      row{"[]", "a list"}, row{"{}", "an object"}}) {
        CAPTURE(text);
        const auto heard = complaints(text, [](const field& of) { CHECK_FALSE(of.as_string()); });
        CHECK(heard == lines{"f:1:1: error: expected a string, found " + std::string{found}});
    }
    CHECK(complaints("\"yes\"", [](const field& of) { CHECK_FALSE(of.as_bool()); }) ==
          lines{"f:1:1: error: expected true or false, found \"yes\""});
    CHECK(complaints("5", [](const field& of) { CHECK(of.as_items().empty()); }) ==
          lines{"f:1:1: error: expected a list, found 5"});
    CHECK(complaints("5", [](const field& of) { CHECK(of.as_members().empty()); }) ==
          lines{"f:1:1: error: expected an object, found 5"});
}

TEST_CASE("a whole number is read within its bounds and no other way") {
    struct row {
        std::string_view text;
        bool good;
    };
    for (const auto& [text, good] :
         {row{"2", true}, row{"9", true}, row{"1", false}, row{"10", false}, row{"-2", false},
          row{"2.0", false}, row{"2e0", false}, row{"\"2\"", false}, row{"null", false},
          row{"99999999999999999999", false}}) {
        CAPTURE(text);
        const auto heard = complaints(
            text, [&](const field& of) { CHECK(of.as_integer(2, 9).has_value() == good); });
        CHECK(heard.empty() == good);
        if (!good)
            CHECK(heard.at(0).find("expected a whole number from 2 to 9") != std::string::npos);
    }
}

TEST_CASE("a number is read within its bounds and no other way") {
    struct row {
        std::string_view text;
        bool good;
    };
    for (const auto& [text, good] :
         {row{"0", true}, row{"1", true}, row{"0.1", true}, row{"1e-3", true}, row{"1.0001", false},
          row{"-0.1", false}, row{"1e400", false}, row{"\"0\"", false}, row{"true", false}}) {
        CAPTURE(text);
        const auto heard = complaints(
            text, [&](const field& of) { CHECK(of.as_number(0, 1).has_value() == good); });
        CHECK(heard.empty() == good);
        if (!good) CHECK(heard.at(0).find("expected a number from 0 to 1") != std::string::npos);
    }
}

TEST_CASE("paths are JSON Pointers") {
    const auto heard = complaints(R"({"a/b": {"~c": [0, {"d": 1}]}})", [](const field& of) {
        const auto outer = object_fields{of}.get("a/b");
        const auto inner = object_fields{*outer}.get("~c");
        object_fields{inner->as_items().at(1)}.get("d")->as_bool();
    });
    CHECK(heard == lines{"f:1:26: error: /a~1b/~0c/1/d: expected true or false, found 1"});
}

TEST_CASE("unknown and repeated keys are told where they stand") {
    const auto heard =
        complaints("{\"phone\": 1,\n \"phne\": 2, \"phone\": 3, \"phone\": 4,\n \"x\": 5}",
                   [](const field& of) {
                       object_fields fields{of};
                       CHECK(fields.get("phone")->node().text == "1");
                       CHECK_FALSE(fields.get("code").has_value());
                       fields.finish();
                   });
    CHECK(heard == lines{"f:2:2: error: unknown key \"phne\" (did you mean \"phone\"?)",
                         "f:2:13: error: the key \"phone\" is given twice",
                         "f:2:25: error: the key \"phone\" is given twice",
                         "f:3:2: error: unknown key \"x\"; known are \"phone\" or \"code\""});
}

TEST_CASE("repeated keys of an object of any keys are told too") {
    const auto heard = complaints(R"({"a": 1, "b": 2, "a": 3})",
                                  [](const field& of) { CHECK(of.as_members().size() == 3); });
    CHECK(heard == lines{"f:1:18: error: the key \"a\" is given twice"});
}

TEST_CASE("a missing key is told where its object begins") {
    const auto heard = complaints("\n {}", [](const field& of) {
        object_fields fields{of};
        CHECK_FALSE(fields.require("then").has_value());
        fields.finish();
    });
    CHECK(heard == lines{"f:2:2: error: \"then\" is missing"});
}

TEST_CASE("what is no object is told once") {
    const auto heard = complaints("[]", [](const field& of) {
        object_fields fields{of};
        fields.require("then");
        fields.get("when");
        fields.finish();
    });
    CHECK(heard == lines{"f:1:1: error: expected an object, found a list"});
}

TEST_CASE("a value may stand for a list of one") {
    const auto read = [](std::string_view text, std::size_t count, std::string_view path) {
        CHECK(complaints(text, [&](const field& of) {
                  const auto items = of.as_items_or_self();
                  REQUIRE(items.size() == count);
                  if (count != 0) items.back().complain("here");
              }) == (count == 0 ? lines{} : lines{"f:1:" + std::string{path} + "here"}));
    };
    read("5", 1, "1: error: ");
    read("[5]", 1, "2: error: /0: ");
    read("[]", 0, "");
    read("{}", 1, "1: error: ");
}

TEST_CASE("the nearest name is suggested if it is near enough") {
    constexpr std::array<std::string_view, 6> names{"phone",   "code",  "carrier",
                                                    "elapsed", "every", "chance"};
    struct row {
        std::string_view word;
        std::string_view meant;
    };
    for (const auto& [word, meant] :
         {row{"phne", "phone"}, row{"Phone", "phone"}, row{"hpone", "phone"},
          row{"phones", "phone"}, row{"carreir", "carrier"}, row{"cahnce", "chance"},
          row{"evry", "every"}, row{"codes", "code"}, row{"phone_number", ""}, row{"x", ""},
          row{"", ""}, row{"zzzzz", ""}, row{"elapse", "elapsed"}}) {
        CAPTURE(word);
        CHECK(nearest(word, names).value_or("") == meant);
        CHECK(did_you_mean(word, names) ==
              (meant.empty() ? "" : " (did you mean \"" + std::string{meant} + "\"?)"));
    }
    CHECK_FALSE(nearest(std::string(100'000, 'a'), names).has_value());
    CHECK_FALSE(nearest("phone", {}).has_value());
}

TEST_CASE("alternatives are listed as in a sentence") {
    constexpr std::array<std::string_view, 3> three{"a", "b", "c"};
    CHECK(one_of_words(three) == R"("a", "b" or "c")");
    CHECK(one_of_words(std::span{three}.first(2)) == R"("a" or "b")");
    CHECK(one_of_words(std::span{three}.first(1)) == R"("a")");
    CHECK(one_of_words({}).empty());
}
