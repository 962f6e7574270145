#include <nexo_mock/domain/delay.hpp>
#include <nexo_mock/runtime/sim_clock.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock;
using namespace std::chrono_literals;

namespace {

const domain::time_point start{std::chrono::hours{1'000'000}};
const runtime::real_time zero{};

runtime::sim_clock clock_of(const char* text) {
    return {codec::parse_clock(text).value(), start, zero};
}

}  // namespace

TEST_CASE("each mode makes its own of the time that passes") {
    CHECK(clock_of("real").now(zero + 90s) == start + 90s);
    CHECK(clock_of("x60").now(zero + 1s) == start + 60s);
    CHECK(clock_of("x0.5").now(zero + 1s) == start + 500ms);
    CHECK(clock_of("manual").now(zero + 90s) == start);
    CHECK(clock_of("instant").now(zero + 90s) == start + 90s);
}

TEST_CASE("a jump goes on from where it led, and never back") {
    for (const auto* mode : {"real", "x60", "manual", "instant"}) {
        CAPTURE(mode);
        auto clock = clock_of(mode);
        clock.jump_to(start + 1h, zero + 1s);
        CHECK(clock.now(zero + 1s) == start + 1h);
        clock.jump_to(start, zero + 1s);
        CHECK(clock.now(zero + 1s) == start + 1h);
        CHECK(clock.now(zero + 2s) >= start + 1h);
    }
}

TEST_CASE("a change of mode goes on from now") {
    auto clock = clock_of("x60");
    clock.change(codec::parse_clock("manual").value(), zero + 1s);
    CHECK(clock.now(zero + 100s) == start + 60s);
    clock.change(codec::parse_clock("real").value(), zero + 100s);
    CHECK(clock.now(zero + 101s) == start + 61s);
}

TEST_CASE("a clock that runs says when a time will have come, and it has come then") {
    for (const auto* mode : {"real", "x60", "x0.5", "x7.77"}) {
        CAPTURE(mode);
        const auto clock = clock_of(mode);
        for (const auto ahead : {0us, 1us, 999us, 2'000'000us, 3'600'000'001us}) {
            const auto when = clock.real_time_of(start + ahead, zero);
            REQUIRE(when);
            CHECK(clock.now(*when) >= start + ahead);
        }
    }
    CHECK_FALSE(clock_of("manual").real_time_of(start, zero));
    CHECK_FALSE(clock_of("instant").real_time_of(start, zero));
}

TEST_CASE("a time a century ahead overflows nothing") {
    const auto when = clock_of("x0.001").real_time_of(start + domain::delay::longest, zero);
    REQUIRE(when);
    CHECK(*when > zero + 24h);
}

TEST_CASE("time stands still at the end of the year 9999, however fast it came there") {
    auto clock = clock_of("x1000000");
    CHECK(clock.now(zero + std::chrono::hours{24 * 365}) == domain::latest);
    clock.jump_to(domain::latest + 1h, zero);
    CHECK(clock.now(zero) == domain::latest);
    CHECK(domain::after(domain::latest, 1h) == domain::latest);
}
