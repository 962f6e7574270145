#include <nexo_mock/domain/rule_engine.hpp>
#include <nexo_mock/domain/rule_reach.hpp>
#include <support/scenario_generator.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;
using support::rules_of;

namespace {

std::string rule_when(std::string_view condition, std::string_view more = "") {
    return R"({"when": {)" + std::string{condition} + R"(}, "then": {"pending": true})" +
           std::string{more} + '}';
}

bool hides(const std::string& first, const std::string& second) {
    const auto scenario = rules_of(first + ", " + second);
    return shadowing(scenario->rules)[1] == 0;
}

}  // namespace

TEST_CASE("a rule hides those whose calls it always takes") {
    struct row {
        std::string_view first;
        std::string_view second;
        bool hidden;
    };
    for (const auto& [first, second, hidden] :
         {row{"", "", true},
          row{"", R"("phone": "+84981234567", "chance": 0.5)", true},
          row{R"("phone": "+8498*")", R"("phone": "+84981234567")", true},
          row{R"("phone": "+8498*")", R"("phone": ["+84981234567", "+84981*"])", true},
          row{R"("phone": "+8498*")", R"("phone": ["+84981234567", "+84911234567"])", false},
          row{R"("phone": "+84981234567")", R"("phone": "+8498*")", false},
          row{R"("phone": ["+8491*", "+8498*"])", R"("phone": "+84981*")", true},
          row{R"("phone": "*")", "", true},
          row{R"("phone": "*")", R"("endpoint": "deliveries")", false},
          row{R"("phone": "*")", R"("endpoint": "any")", false},
          row{R"("endpoint": "any")", R"("endpoint": "balance")", true},
          row{R"("endpoint": "any")", "", true},
          row{"", R"("endpoint": "balance")", false},
          row{"", R"("endpoint": "any")", false},
          row{R"("carrier": "v*")", R"("carrier": "viettel")", true},
          row{R"("carrier": "viettel")", R"("phone": "+84981234567")", false},
          row{R"("code": "????")", R"("code": "1234")", true},
          row{R"("key": "*")", "", true},
          row{R"("state": "start")", R"("state": "start")", true},
          row{R"("state": "start")", "", false},
          row{R"("elapsed": "10s..60s")", R"("elapsed": "20s..60s")", true},
          row{R"("elapsed": "10s..60s")", R"("elapsed": "20s..61s")", false},
          row{R"("elapsed": "0s..")", "", true},
          row{R"("elapsed": "1s..")", "", false},
          row{R"("every": 2)", "", false},
          row{R"("chance": 0.999)", "", false},
          row{R"("chance": 1, "every": 1)", "", true}}) {
        CAPTURE(first);
        CAPTURE(second);
        CHECK(hides(rule_when(first), rule_when(second)) == hidden);
    }
}

TEST_CASE("a rule that falls through hides nothing, one that loops hides all") {
    CHECK_FALSE(hides(rule_when("", R"(, "end": "fall_through")"), rule_when("")));
    CHECK(hides(rule_when("", R"(, "end": "loop")"), rule_when("")));
    CHECK(hides(rule_when("", R"(, "per": "phone")"), rule_when("")));
}

TEST_CASE("what hides a rule is the first one that does, and never one that is hidden itself") {
    const auto scenario =
        rules_of(rule_when(R"("phone": "+8498*")") + ", " + rule_when(R"("phone": "+84981*")") +
                 ", " + rule_when(R"("phone": "+849812*")") + ", " + rule_when(""));
    const auto by = shadowing(scenario->rules);
    CHECK_FALSE(by[0].has_value());
    CHECK(by[1] == 0);
    CHECK(by[2] == 0);
    CHECK_FALSE(by[3].has_value());
}

TEST_CASE(
    "the states there can be are the first and those that steps set, choices within choices too") {
    const auto scenario = rules_of(R"({"then": [{"pending": true, "set_state": "a"},
        {"one_of": [{"pending": true, "set_state": "b"},
                    {"one_of": [{"pending": true, "set_state": "c"}]}], "set_state": "d"}]})");
    CHECK(reachable_states(scenario->rules) == std::set<std::string>{"a", "b", "c", "d", "start"});
    CHECK(reachable_states({}) == std::set<std::string>{"start"});
}

TEST_CASE("a rule that is said to be hidden never decides, in random scenarios and calls") {
    support::scenario_generator generator{99};
    random_stream random{99};
    std::size_t hidden = 0;
    for (std::uint64_t nth = 0; nth < 300; ++nth) {
        const auto text = generator.next();
        CAPTURE(text);
        const auto scenario = support::scenario_of(text);
        const auto by = shadowing(scenario->rules);
        for (const auto& each : by)
            hidden += each.has_value() ? 1 : 0;
        rule_engine engine{scenario, random_stream{nth}};
        for (std::uint64_t ordinal = 0; ordinal < 300; ++ordinal) {
            constexpr std::array calls{endpoint::send_otp, endpoint::deliveries, endpoint::balance};
            const auto& phones = support::scenario_generator::phones;
            const auto number = phone_number::parse(phones[random.next() % phones.size()]);
            const auto phone = number->text();
            rule_query call;
            call.call = calls[random.next() % calls.size()];
            call.key = support::scenario_generator::key;
            call.elapsed = std::chrono::seconds{random.next() % 150};
            if (call.call == endpoint::send_otp || random.next() % 2 == 0) {
                call.phone = phone;
                call.phone_national = number->national();
                call.network = number->carrier();
                call.code = support::scenario_generator::codes[random.next() % 3];
            }
            const auto made = engine.decide(call, ordinal);
            engine.commit(call, made);
            if (made.by == nullptr) continue;
            REQUIRE_FALSE(
                by[static_cast<std::size_t>(made.by - scenario->rules.data())].has_value());
        }
    }
    CHECK(hidden > 30);
}
