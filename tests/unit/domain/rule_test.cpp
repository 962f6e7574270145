#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;

namespace {

/// Which step it is after 0, 1, 2, … calls, by its letter; `-` once the rule has fallen through.
std::string turns(const rule& of, std::uint64_t calls) {
    std::string text;
    for (std::uint64_t used = 0; used < calls; ++used) {
        const auto* next = of.step_after(used);
        text += next == nullptr ? '-' : next->set_state->front();
    }
    return text;
}

rule three_steps(const std::string& end) {
    const auto scenario = support::rules_of(R"({"end": ")" + end + R"(", "then": [
        {"deliver": true, "set_state": "a", "times": 2}, {"fail": "busy", "set_state": "b"},
        {"pending": true, "set_state": "c", "times": 3}]})");
    return scenario->rules.front();
}

}  // namespace

TEST_CASE("a list of steps stays with its last one") {
    CHECK(turns(three_steps("stay"), 9) == "aabcccccc");
}

TEST_CASE("a list of steps that loops starts over") {
    CHECK(turns(three_steps("loop"), 14) == "aabcccaabcccaa");
}

TEST_CASE("a list of steps that falls through leaves the rule") {
    CHECK(turns(three_steps("fall_through"), 8) == "aabccc--");
}

TEST_CASE("very many calls later it is still some step's turn") {
    constexpr std::uint64_t many = std::uint64_t{1} << 60;
    CHECK(three_steps("stay").step_after(many)->set_state == "c");
    CHECK(three_steps("loop").step_after(many / 6 * 6 + 2)->set_state == "b");
    CHECK(three_steps("fall_through").step_after(many) == nullptr);
}

TEST_CASE("every endpoint has a name") {
    CHECK(name(endpoint::send_otp) == "send-otp");
    CHECK(name(endpoint::deliveries) == "deliveries");
    CHECK(name(endpoint::balance) == "balance");
}
