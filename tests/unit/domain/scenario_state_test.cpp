#include <nexo_mock/domain/scenario_state.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

TEST_CASE("a state lasts until another is set") {
    scenario_state state;
    CHECK(state.at(0s) == "start");
    state.set("down", std::nullopt, 5s);
    CHECK(state.at(5s) == "down");
    CHECK(state.at(24h) == "down");
    state.set("up", std::nullopt, 24h);
    CHECK(state.at(24h) == "up");
}

TEST_CASE("a state set for a while gives way to the one before, at that very moment") {
    scenario_state state;
    state.set("open", std::nullopt, 0s);
    state.set("limited", 30s, 10s);
    CHECK(state.at(10s) == "limited");
    CHECK(state.at(40s - 1us) == "limited");
    CHECK(state.at(40s) == "open");
    CHECK(state.at(24h) == "open");
}

TEST_CASE(
    "a state that is set for a while again begins anew, and the lasting one stays behind it") {
    scenario_state state;
    state.set("limited", 30s, 0s);
    state.set("limited", 30s, 20s);
    CHECK(state.at(49s) == "limited");
    CHECK(state.at(50s) == "start");
    state.set("limited", 30s, 60s);
    state.set("worse", 5s, 61s);
    CHECK(state.at(65s) == "worse");
    CHECK(state.at(66s) == "start");
}

TEST_CASE("a lasting state ends a passing one, and no time at all is no time") {
    scenario_state state;
    state.set("limited", 30s, 0s);
    state.set("up", std::nullopt, 10s);
    CHECK(state.at(10s) == "up");
    CHECK(state.at(31s) == "up");
    state.set("never", 0s, 40s);
    CHECK(state.at(40s) == "up");
}
