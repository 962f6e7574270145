#include <nexo_mock/domain/glob.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;

TEST_CASE("a star stands for any run and a question mark for one character") {
    struct row {
        std::string_view pattern;
        std::string_view text;
        bool matches;
    };
    for (const auto& [pattern, text, matches] : {row{"", "", true},
                                                 row{"", "a", false},
                                                 row{"*", "", true},
                                                 row{"*", "abc", true},
                                                 row{"?", "", false},
                                                 row{"?", "a", true},
                                                 row{"?", "ab", false},
                                                 row{"abc", "abc", true},
                                                 row{"abc", "abcd", false},
                                                 row{"abc", "ab", false},
                                                 row{"a*", "a", true},
                                                 row{"a*", "ba", false},
                                                 row{"*a", "bba", true},
                                                 row{"*a", "ab", false},
                                                 row{"a*c", "abbbc", true},
                                                 row{"a*c", "ac", true},
                                                 row{"a*c", "acb", false},
                                                 row{"+8498*", "+84981234567", true},
                                                 row{"+8498*", "+84971234567", false},
                                                 row{"+849800000??", "+84980000042", true},
                                                 row{"+849800000??", "+84980000142", false},
                                                 row{"**", "x", true},
                                                 row{"*?*", "", false},
                                                 row{"*?*", "x", true},
                                                 row{"*ab*ab*", "abab", true},
                                                 row{"*ab*ab*", "aab", false},
                                                 row{"a*b*c", "aXbXbXc", true},
                                                 row{"a**b", "ab", true},
                                                 row{"*.", "a.b.", true},
                                                 row{"[a]", "a", false},
                                                 row{"\\*", "*", false},
                                                 row{"\\*", "\\x", true},
                                                 row{"a?", "a", false},
                                                 row{"*a?", "aab", true},
                                                 row{"?*", "", false},
                                                 row{"mississippi*", "mississippi", true},
                                                 row{"*issip*", "mississippi", true},
                                                 row{"*sip?i", "mississippi", true}}) {
        CAPTURE(pattern);
        CAPTURE(text);
        CHECK(glob{std::string{pattern}}.matches(text) == matches);
    }
}

TEST_CASE("a pattern without wildcards is literal") {
    CHECK(glob{"+84981234567"}.is_literal());
    CHECK(glob{""}.is_literal());
    CHECK_FALSE(glob{"+84*"}.is_literal());
    CHECK_FALSE(glob{"a?"}.is_literal());
    CHECK(glob{"a?"}.text() == "a?");
}

TEST_CASE("a pattern full of stars comes to an end") {
    std::string pattern;
    for (int i = 0; i < 200; ++i)
        pattern += "*a";
    CHECK_FALSE(glob{pattern + "*b"}.matches(std::string(2000, 'a')));
    CHECK(glob{pattern + "*"}.matches(std::string(2000, 'a')));
    CHECK(glob{std::string(10'000, '*')}.matches("x"));
    CHECK_FALSE(glob{pattern}.matches(std::string(199, 'a')));
}

TEST_CASE("a pattern covers another if all that fits the other fits it") {
    struct row {
        std::string_view wide;
        std::string_view narrow;
        bool covers;
    };
    for (const auto& [wide, narrow, covers] :
         {row{"*", "", true},           row{"*", "*", true},
          row{"*", "?a*", true},        row{"a*", "ab?", true},
          row{"a*", "*", false},        row{"a*", "?b", false},
          row{"?", "a", true},          row{"?", "?", true},
          row{"?", "*", false},         row{"??", "?*", false},
          row{"?*", "*", false},        row{"?*", "a*", true},
          row{"a", "a", true},          row{"a", "?", false},
          row{"a", "a*", false},        row{"", "", true},
          row{"", "*", false},          row{"*a*b*", "xa*yb", true},
          row{"*a*b*", "*b*a*", false}, row{"+84*", "+8498*", true},
          row{"+8498*", "+84*", false}}) {
        CAPTURE(wide);
        CAPTURE(narrow);
        CHECK(glob{std::string{wide}}.covers(glob{std::string{narrow}}) == covers);
    }
}

TEST_CASE("a list matches what any of its patterns matches, an empty one everything") {
    const glob_list either{{glob{"a*"}, glob{"b"}}};
    CHECK(either.matches("abc"));
    CHECK(either.matches("b"));
    CHECK_FALSE(either.matches("bc"));
    CHECK_FALSE(either.matches_anything());
    CHECK(glob_list{}.matches_anything());
    CHECK(glob_list{}.matches(""));
    CHECK(glob_list{}.matches("x"));
}
