#include <nexo_mock/codec/rule_writer.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
using codec::secrets;

namespace {

/// The last of these rules as it is written.
template <class... Number>
std::string written(std::string_view rules, Number... number) {
    const auto scenario = support::rules_of(rules);
    std::string text;
    codec::json_writer out{text};
    codec::write_rule(out, scenario->rules.back(), secrets::shown, number...);
    return text;
}

}  // namespace

TEST_CASE("a rule leaves out the name that its place gives it") {
    constexpr std::string_view second =
        R"({"then": {"pending": true}}, {"then": {"deliver": true}})";
    CHECK(written(second, std::size_t{2}) == R"({"then":{"deliver":true}})");
    CHECK(written(second, std::size_t{1}) == R"({"name":"rule 2","then":{"deliver":true}})");
    CHECK(written(second) == R"({"name":"rule 2","then":{"deliver":true}})");
}

TEST_CASE("one step is an object, more of them or one for several calls are a list") {
    struct row {
        std::string_view then;
        std::string_view expected;
    };
    for (const auto& [then, expected] :
         {row{R"([{"deliver": true}])", R"({"deliver":true})"},
          row{R"([{"deliver": true, "times": 1}])", R"({"deliver":true})"},
          row{R"({"deliver": true, "times": 2})", R"([{"deliver":true,"times":2}])"},
          row{R"([{"deliver": true}, {"pending": true}])",
              R"([{"deliver":true},{"pending":true}])"},
          row{R"([{"one_of": [{"deliver": true}], "times": 2}])",
              R"({"one_of":[{"deliver":true}],"times":2})"}}) {
        CAPTURE(then);
        CHECK(written(R"({"name": "n", "then": )" + std::string{then} + '}') ==
              R"({"name":"n","then":)" + std::string{expected} + '}');
    }
}

TEST_CASE("a condition is written in its shortest form") {
    struct row {
        std::string_view when;
        std::string_view expected;
    };
    for (const auto& [when, expected] : {row{R"({"phone": ["+8498*"]})", R"({"phone":"+8498*"})"},
                                         row{R"({"elapsed": "0s..60s"})", R"({"elapsed":"..1m"})"},
                                         row{R"({"elapsed": "0ms.."})", R"({"elapsed":".."})"},
                                         row{R"({"chance": 2.50e-1})", R"({"chance":0.25})"},
                                         row{R"({"state": "start", "endpoint": "any"})",
                                             R"({"endpoint":"any","state":"start"})"}}) {
        CAPTURE(when);
        CHECK(written(R"({"name": "n", "when": )" + std::string{when} +
                      R"(, "then": {"deliver": true}})") ==
              R"({"name":"n","when":)" + std::string{expected} + R"(,"then":{"deliver":true}})");
    }
}
