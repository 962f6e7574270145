#include <nexo_mock/domain/rule_engine.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;
using support::rules_of;

namespace {

/// Rules, and calls that count unless they are only looked at.
struct rig {
    scenario_ptr scenario;
    rule_engine engine;
    std::uint64_t ordinal = 0;

    explicit rig(std::string_view rules, std::uint64_t seed = 42,
                 std::string_view key = support::some_key)
        : scenario{rules_of(rules)}, engine{scenario, random_stream{seed}.derive(key)} {}

    static rule_query call(std::string_view phone = support::some_phone) {
        rule_query asked;
        asked.key = support::some_key;
        asked.phone = phone;
        asked.phone_national = phone_number::parse(phone)->national();
        asked.network = phone_number::parse(phone)->carrier();
        asked.code = support::some_code;
        return asked;
    }
    /// The name of the rule that decides; "-" if none does.
    std::string decides(const rule_query& asked) {
        const auto made = engine.decide(asked, ordinal++);
        engine.commit(asked, made);
        return made.by == nullptr ? "-" : made.by->name;
    }
    std::string decides() { return decides(call()); }
    /// The error code of the outcome decided on: which step it is.
    std::string step_for(const rule_query& asked) {
        const auto made = engine.decide(asked, ordinal++);
        engine.commit(asked, made);
        if (made.what == nullptr) return "-";
        return std::get<course>(made.what->action).events.at(0).outcome.error_code;
    }
    std::string step_for() { return step_for(call()); }
};

std::string when(std::string_view condition) {
    return R"({"name": "yes", "when": {)" + std::string{condition} +
           R"(}, "then": {"pending": true}})";
}

}  // namespace

TEST_CASE("the first rule that matches decides") {
    rig of{R"({"name": "no", "when": {"code": "0000"}, "then": {"pending": true}},
              {"name": "first", "then": {"pending": true}},
              {"name": "second", "then": {"pending": true}})"};
    CHECK(of.decides() == "first");
    CHECK(of.engine.times_used(0) == 0);
    CHECK(of.engine.times_used(1) == 1);
    CHECK(of.engine.times_used(2) == 0);
}

TEST_CASE("without a rule that matches nothing is decided") {
    rig of{""};
    const auto made = of.engine.decide(rig::call(), 0);
    CHECK(made.by == nullptr);
    CHECK(made.what == nullptr);
}

TEST_CASE("every condition holds a rule back by itself") {
    struct row {
        std::string_view condition;
        bool holds;
    };
    for (const auto& [condition, holds] :
         {row{"", true},
          row{R"("endpoint": "send-otp")", true},
          row{R"("endpoint": "balance")", false},
          row{R"("endpoint": "deliveries")", false},
          row{R"("endpoint": "any")", true},
          row{R"("phone": "+84981234567")", true},
          row{R"("phone": "+84981234568")", false},
          row{R"("phone": "+8498*")", true},
          row{R"("phone": ["+8497*", "*567"])", true},
          row{R"("phone": ["+8497*"])", false},
          row{R"("code": "482915")", true},
          row{R"("code": "????")", false},
          row{R"("code": ["????", "??????"])", true},
          row{R"("key": "sk_live_test")", true},
          row{R"("key": "sk_live_other")", false},
          row{R"("key": "*_t*")", true},
          row{R"("carrier": "viettel")", true},
          row{R"("carrier": "mobifone")", false},
          row{R"("carrier": ["mobifone", "v*"])", true},
          row{R"("state": "start")", true},
          row{R"("state": "down")", false},
          row{R"("elapsed": "0s..1s")", true},
          row{R"("elapsed": "1s..2s")", false},
          row{R"("chance": 0)", false},
          row{R"("chance": 1)", true},
          row{R"("phone": "+8498*", "code": "482915", "carrier": "viettel")", true},
          row{R"("phone": "+8498*", "code": "000000", "carrier": "viettel")", false}}) {
        CAPTURE(condition);
        rig of{when(condition)};
        CHECK(of.decides() == (holds ? "yes" : "-"));
    }
}

TEST_CASE("a call without a phone fits no condition on phone, code or carrier") {
    rule_query balance;
    balance.call = endpoint::balance;
    balance.key = support::some_key;
    for (const std::string_view condition :
         {R"("phone": "*")", R"("code": "*")", R"("carrier": "*")"}) {
        CAPTURE(condition);
        rig of{when(R"("endpoint": "any", )" + std::string{condition})};
        CHECK(of.decides(balance) == "-");
        CHECK(of.decides() == "yes");
    }
    rig any{when(R"("endpoint": "any")")};
    CHECK(any.decides(balance) == "yes");
}

TEST_CASE("a window of time includes its beginning and not its end") {
    struct row {
        std::string_view window;
        duration elapsed;
        bool holds;
    };
    for (const auto& [window, elapsed, holds] :
         {row{"60s..120s", 60s - 1us, false}, row{"60s..120s", 60s, true},
          row{"60s..120s", 120s - 1us, true}, row{"60s..120s", 120s, false},
          row{"60s..", 59s, false}, row{"60s..", 9000h, true}, row{"..120s", 0s, true},
          row{"..120s", 120s, false}}) {
        CAPTURE(window);
        CAPTURE(elapsed.count());
        rig of{when(R"("elapsed": ")" + std::string{window} + '"')};
        auto asked = rig::call();
        asked.elapsed = elapsed;
        CHECK(of.decides(asked) == (holds ? "yes" : "-"));
    }
}

TEST_CASE("every counts the calls that fit and matches each n-th") {
    rig of{when(R"("phone": "+84981234567", "every": 3)")};
    std::string seen;
    for (int i = 0; i < 9; ++i) {
        seen += of.decides() == "yes" ? 'y' : '-';
        CHECK(of.decides(rig::call("+84971234567")) == "-");
    }
    CHECK(seen == "--y--y--y");
}

TEST_CASE("every goes on counting for a rule behind another") {
    rig of{R"({"name": "third", "when": {"every": 3}, "then": {"pending": true}},
              {"name": "second", "when": {"every": 2}, "then": {"pending": true}},
              {"name": "rest", "then": {"pending": true}})"};
    std::string seen;
    for (int i = 0; i < 9; ++i)
        seen += of.decides().front();
    // The second rule sees only the calls that the first lets by: 1, 2, 4, 5, 7, 8.
    CHECK(seen == "rstrstrst");
}

TEST_CASE("every and steps count by phone where a rule says so") {
    rig of{R"({"per": "phone", "when": {"every": 2},
               "then": [{"fail": "a"}, {"fail": "b"}]})"};
    const auto one = rig::call("+84981234567");
    const auto other = rig::call("+84971234567");
    CHECK(of.step_for(one) == "-");
    CHECK(of.step_for(other) == "-");
    CHECK(of.step_for(one) == "a");
    CHECK(of.step_for(other) == "a");
    CHECK(of.step_for(one) == "-");
    CHECK(of.step_for(one) == "b");
    CHECK(of.step_for(other) == "-");
    CHECK(of.step_for(other) == "b");
    CHECK(of.engine.times_used(0) == 4);
}

TEST_CASE("steps count for the whole account unless a rule says otherwise") {
    rig of{R"({"then": [{"fail": "a"}, {"fail": "b"}]})"};
    CHECK(of.step_for(rig::call("+84981234567")) == "a");
    CHECK(of.step_for(rig::call("+84971234567")) == "b");
}

TEST_CASE("a rule that has fallen through lets later rules decide") {
    rig of{
        R"({"end": "fall_through", "then": {"fail": "a", "times": 2}}, {"then": {"fail": "z"}})"};
    CHECK(of.step_for() == "a");
    CHECK(of.step_for() == "a");
    CHECK(of.step_for() == "z");
    CHECK(of.step_for() == "z");
}

TEST_CASE("a chance comes true as often as it says") {
    rig of{when(R"("chance": 0.1)")};
    int hits = 0;
    for (int i = 0; i < 20'000; ++i)
        hits += of.decides() == "yes";
    CHECK(hits > 1'850);
    CHECK(hits < 2'150);
}

TEST_CASE("a chance of 0 never comes true and one of 1 always does") {
    rig never{when(R"("chance": 0)")};
    rig always{when(R"("chance": 1)")};
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(never.decides() == "-");
        REQUIRE(always.decides() == "yes");
    }
}

TEST_CASE("a choice follows its weights and never takes what weighs nothing") {
    rig of{R"({"then": {"one_of": [{"weight": 0, "fail": "never"}, {"weight": 9, "fail": "often"},
                                   {"fail": "seldom"}, {"weight": 0, "fail": "never"}]}})"};
    std::map<std::string, int> seen;
    for (int i = 0; i < 20'000; ++i)
        ++seen[of.step_for()];
    CHECK(seen.size() == 2);
    CHECK(seen["often"] > 17'800);
    CHECK(seen["often"] < 18'200);
}

TEST_CASE("a choice within a choice comes down to one step") {
    rig of{R"({"then": {"one_of": [{"one_of": [{"fail": "a"}, {"fail": "b"}]}, {"fail": "c"}]}})"};
    std::map<std::string, int> seen;
    for (int i = 0; i < 4'000; ++i)
        ++seen[of.step_for()];
    CHECK(seen.size() == 3);
    CHECK(seen["c"] > 1'850);
    CHECK(seen["c"] < 2'150);
    CHECK(seen["a"] > 900);
}

TEST_CASE("a step sets the state that later rules ask for") {
    rig of{
        R"({"name": "down", "when": {"state": "down"}, "then": {"pending": true, "set_state": "up"}},
              {"name": "up", "when": {"state": "up"}, "then": {"pending": true}},
              {"name": "else", "then": {"pending": true, "set_state": "down"}})"};
    CHECK(of.engine.state({}) == "start");
    CHECK(of.decides() == "else");
    CHECK(of.engine.state({}) == "down");
    CHECK(of.decides() == "down");
    CHECK(of.decides() == "up");
    CHECK(of.decides() == "up");
    CHECK(of.engine.state({}) == "up");
}

TEST_CASE("of nested steps the innermost state that is set counts") {
    rig of{R"({"when": {"state": "start"}, "then": {"set_state": "outer", "one_of": [
                 {"set_state": "middle", "one_of": [{"pending": true}]}]}},
              {"when": {"state": "middle"}, "then": {"set_state": "outer", "one_of": [
                 {"set_state": "inner", "pending": true}]}},
              {"when": {"state": "inner"}, "then": {"set_state": "outer", "one_of": [
                 {"pending": true}]}})"};
    of.decides();
    CHECK(of.engine.state({}) == "middle");
    of.decides();
    CHECK(of.engine.state({}) == "inner");
    of.decides();
    CHECK(of.engine.state({}) == "outer");
}

TEST_CASE("a decision that is not committed leaves no trace") {
    rig of{R"({"name": "odd", "when": {"every": 2}, "then": {"pending": true}},
              {"name": "steps", "end": "fall_through",
               "then": [{"fail": "a", "set_state": "s"}, {"fail": "b"}]})"};
    for (int i = 0; i < 10; ++i) {
        const auto made = of.engine.decide(rig::call(), 0);
        REQUIRE(made.by != nullptr);
        CHECK(made.by->name == "steps");
        CHECK(made.what->set_state == "s");
    }
    CHECK(of.engine.state({}) == "start");
    CHECK(of.engine.times_used(0) == 0);
    CHECK(of.engine.times_used(1) == 0);
    CHECK(of.decides() == "steps");
    CHECK(of.decides() == "odd");
}

TEST_CASE("a decision depends on seed, key, endpoint, ordinal and rule and on nothing else") {
    const auto* rules = R"({"name": "a", "when": {"endpoint": "any", "chance": 0.5},
                            "then": {"pending": true}},
                           {"name": "b", "when": {"endpoint": "any", "chance": 0.5},
                            "then": {"pending": true}})";
    const auto choices = [&](std::uint64_t seed, std::string_view key, endpoint call) {
        const rig of{rules, seed, key};
        std::string seen;
        auto asked = rig::call();
        asked.call = call;
        for (std::uint64_t ordinal = 0; ordinal < 64; ++ordinal) {
            const auto made = of.engine.decide(asked, ordinal);
            seen += made.by == nullptr ? "-" : made.by->name;
        }
        return seen;
    };
    const auto usual = choices(42, "sk_live_test", endpoint::send_otp);
    CHECK(usual == choices(42, "sk_live_test", endpoint::send_otp));
    CHECK(usual != choices(43, "sk_live_test", endpoint::send_otp));
    CHECK(usual != choices(42, "sk_live_other", endpoint::send_otp));
    CHECK(usual != choices(42, "sk_live_test", endpoint::balance));
    for (const char outcome : {'a', 'b', '-'})
        CHECK(usual.find(outcome) != std::string::npos);

    const rig asked_in_order{rules};
    const rig asked_backwards{rules};
    std::string backwards;
    for (std::uint64_t ordinal = 64; ordinal-- > 0;) {
        const auto made = asked_backwards.engine.decide(rig::call("+84971234567"), ordinal);
        backwards.insert(0, made.by == nullptr ? "-" : made.by->name);
    }
    CHECK(usual == backwards);
}

TEST_CASE("another phone does not change what chance decides for the same call") {
    const rig of{
        R"({"when": {"chance": 0.5}, "then": {"one_of": [{"fail": "a"}, {"fail": "b"}]}})"};
    for (std::uint64_t ordinal = 0; ordinal < 100; ++ordinal) {
        const auto one = of.engine.decide(rig::call("+84981234567"), ordinal);
        const auto other = of.engine.decide(rig::call("+84971234567"), ordinal);
        CHECK(one.what == other.what);
        CHECK(random_stream{one.random}.next() == random_stream{other.random}.next());
    }
}

TEST_CASE("numbers counted apart start again when there are too many of them") {
    rig of{R"({"per": "phone", "then": [{"fail": "a"}, {"fail": "b"}]})"};
    CHECK(of.step_for() == "a");
    CHECK(of.step_for() == "b");
    const auto& scenario = of.scenario;
    auto asked = rig::call("+84971234567");
    decision made;
    made.by = &scenario->rules[0];
    made.what = &scenario->rules[0].steps[0];
    for (std::uint32_t i = 0; i < rule_engine::max_phone_counters; ++i) {
        asked.phone_national = 970'000'000 + i;
        of.engine.commit(asked, made);
    }
    CHECK(of.step_for() == "a");
}
