#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>

using namespace nexo_mock::domain;

TEST_CASE("the numbers of a seed are those that earlier versions drew") {
    random_stream random{42};
    CHECK(random.next() == 0xbdd732262feb6e95);
    CHECK(random.next() == 0x28efe333b266f103);
    CHECK(random_stream{0}.next() == 0xe220a8397b1dcdaf);  // SplitMix64's published first number
    CHECK(random_stream{42}.derive("sk_live_test").next() == 0x7da50e73fc23ad46);
    CHECK(random_stream{42}.derive(std::uint64_t{7}).next() == 0xf03b9af2c6b09b5b);
    CHECK(random_stream{42}.derive("rules").derive(std::uint64_t{1}).between(0, 1'000'000) ==
          418190);
    CHECK(random_stream{42}.uniform() == 0x1.7bae644c5fd6dp-1);
}

TEST_CASE("the same key gives the same numbers") {
    random_stream a{123456789};
    random_stream b{123456789};
    for (int i = 0; i < 1000; ++i)
        CHECK(a.next() == b.next());
}

TEST_CASE("deriving draws nothing and knows the order of its parts") {
    random_stream parent{5};
    const auto untouched = parent;
    auto child = parent.derive("child");
    child.next();
    auto copy = untouched;
    CHECK(parent.next() == copy.next());
    CHECK(untouched.derive("a").derive("b").next() != untouched.derive("b").derive("a").next());
    CHECK(untouched.derive("").next() != random_stream{untouched}.next());
}

TEST_CASE("derived streams share no numbers") {
    std::set<std::uint64_t> seen;
    const random_stream parent{99};
    for (std::uint64_t part = 0; part < 1000; ++part) {
        auto stream = parent.derive(part);
        auto deeper = stream.derive(part);
        for (int i = 0; i < 10; ++i) {
            seen.insert(stream.next());
            seen.insert(deeper.next());
        }
    }
    CHECK(seen.size() == 20'000);
}

TEST_CASE("uniform numbers are from 0 on and below 1, evenly") {
    random_stream random{1};
    std::array<int, 10> tenths{};
    for (int i = 0; i < 100'000; ++i) {
        const auto drawn = random.uniform();
        REQUIRE(drawn >= 0);
        REQUIRE(drawn < 1);
        ++tenths[static_cast<std::size_t>(drawn * 10)];
    }
    for (const auto count : tenths) {
        CHECK(count > 9'600);
        CHECK(count < 10'400);
    }
}

TEST_CASE("between keeps to its bounds, however far apart") {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    struct bounds {
        std::int64_t low;
        std::int64_t high;
    };
    random_stream random{2};
    for (const auto& [low, high] :
         {bounds{0, 0}, bounds{-3, 3}, bounds{5, 6}, bounds{least, most}, bounds{least, most - 1},
          bounds{least + 1, most}, bounds{-1, most}, bounds{least, 0}, bounds{most, most}}) {
        CAPTURE(low);
        CAPTURE(high);
        for (int i = 0; i < 1000; ++i) {
            const auto drawn = random.between(low, high);
            CHECK(drawn >= low);
            CHECK(drawn <= high);
        }
    }
}

TEST_CASE("between reaches every value in between") {
    random_stream random{3};
    std::set<std::int64_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.between(-3, 3));
    CHECK(seen == std::set<std::int64_t>{-3, -2, -1, 0, 1, 2, 3});
}

TEST_CASE("normal numbers have mean 0 and deviation 1") {
    random_stream random{4};
    constexpr int count = 50'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < count; ++i) {
        const auto drawn = random.normal();
        REQUIRE(std::isfinite(drawn));
        sum += drawn;
        squares += drawn * drawn;
    }
    CHECK(std::abs(sum / count) < 0.02);
    CHECK(std::abs(squares / count - 1) < 0.03);
}
