#include <nexo_mock/domain/rule_engine.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock::domain;
using support::rules_of;

namespace {

/// Which step decides each of the calls, by its error code; "-" where none does. Two numbers take
/// turns where `phones` says so: "aab" are two calls to the first and one to the second.
std::string story(std::string_view rules, std::string_view phones) {
    const auto scenario = rules_of(rules);
    rule_engine engine{scenario, random_stream{42}};
    std::string told;
    std::uint64_t ordinal = 0;
    for (const char each : phones) {
        const std::string_view phone = each == 'a' ? "+84981234567" : "+84981234568";
        rule_query call;
        call.key = support::some_key;
        call.phone = phone;
        call.phone_national = phone_number::parse(phone)->national();
        call.network = carrier::viettel;
        call.code = support::some_code;
        const auto made = engine.decide(call, ordinal++);
        engine.commit(call, made);
        told += made.what == nullptr
                    ? "-"
                    : std::get<course>(made.what->action).events.at(0).outcome.error_code;
    }
    return told;
}

}  // namespace

TEST_CASE("times, every, chance, end, per and state mean together what the docs say") {
    struct row {
        std::string_view claim;
        std::string_view rules;
        std::string_view phones;
        std::string_view told;
    };
    for (const auto& [claim, rules, phones, told] :
         {row{"each step has its times, the last one stays",
              R"({"then": [{"fail": "x", "times": 2}, {"fail": "y"}]})", "aaaaa", "xxyyy"},
          row{"the times of the last step count where the list loops",
              R"({"end": "loop", "then": [{"fail": "x"}, {"fail": "y", "times": 2}]})", "aaaaaaa",
              "xyyxyyx"},
          row{"and where it falls through",
              R"({"end": "fall_through", "then": [{"fail": "x"}, {"fail": "y", "times": 2}]},
                    {"then": {"fail": "z"}})",
              "aaaaa", "xyyzz"},
          row{"every counts calls that fit, times counts calls that are decided",
              R"({"when": {"every": 2}, "then": [{"fail": "x", "times": 2}, {"fail": "y"}]},
                    {"then": {"fail": "z"}})",
              "aaaaaaaa", "zxzxzyzy"},
          row{"a rule that has fallen through counts no more calls for every",
              R"({"when": {"every": 2}, "end": "fall_through", "then": {"fail": "x"}},
                    {"then": {"fail": "z"}})",
              "aaaaaa", "zxzzzz"},
          row{"every counts for each phone where the rule counts for each phone",
              R"({"per": "phone", "when": {"every": 2}, "then": {"fail": "x"}},
                    {"then": {"fail": "z"}})",
              "ababab", "zzxxzz"},
          row{"and over all phones where it does not",
              R"({"when": {"every": 2}, "then": {"fail": "x"}}, {"then": {"fail": "z"}})", "ababab",
              "zxzxzx"},
          row{"a list loops for each phone by itself",
              R"({"per": "phone", "end": "loop", "then": [{"fail": "x"}, {"fail": "y"}]})",
              "aabaabb", "xyxxyyx"},
          row{"a list falls through for each phone by itself",
              R"({"per": "phone", "end": "fall_through", "then": {"fail": "x"}},
                    {"then": {"fail": "z"}})",
              "aabb", "xzxz"},
          row{"a chance of 0 never, whatever else there is",
              R"({"when": {"chance": 0, "every": 1}, "then": {"fail": "x"}},
                    {"then": {"fail": "z"}})",
              "aaaa", "zzzz"},
          row{"a chance of 1 with every is every",
              R"({"when": {"chance": 1, "every": 3}, "then": {"fail": "x"}},
                    {"then": {"fail": "z"}})",
              "aaaaaa", "zzxzzx"},
          row{"a call that chance said no to uses no step",
              R"({"when": {"chance": 0}, "then": [{"fail": "x"}, {"fail": "y"}]},
                    {"then": {"fail": "z"}})",
              "aaa", "zzz"},
          row{"a weight of 0 never, alone among others",
              R"({"then": {"one_of": [{"weight": 0, "fail": "x"}, {"weight": 1, "fail": "y"}]}})",
              "aaaaaaaaaaaaaaaa", "yyyyyyyyyyyyyyyy"},
          row{"a state lasts until a step sets another, and rules wait for it without counting",
              R"({"when": {"state": "down"}, "then": [{"fail": "x", "times": 2},
                                                         {"fail": "y", "set_state": "up"}]},
                    {"when": {"state": "start", "every": 2}, "then": {"fail": "s", "set_state": "down"}},
                    {"then": {"fail": "z"}})",
              "aaaaaaaa", "zsxxyzzz"},
          row{"a state is the account's, also where steps count for each phone",
              R"({"when": {"state": "down"}, "per": "phone",
                     "then": [{"fail": "x"}, {"fail": "y"}]},
                    {"then": {"fail": "s", "set_state": "down"}})",
              "abab", "sxxy"},
          row{"nothing decides where all rules have fallen through",
              R"({"end": "fall_through", "then": {"fail": "x"}})", "aa", "x-"}}) {
        CAPTURE(claim);
        CHECK(story(rules, phones) == told);
    }
}
