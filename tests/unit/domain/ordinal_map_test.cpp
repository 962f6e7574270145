#include <nexo_mock/domain/ordinal_map.hpp>
#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace nexo_mock::domain;

namespace {

using texts = ordinal_map<std::string>;
using pairs = std::vector<std::pair<std::uint64_t, std::string>>;

pairs highest_first(const texts& of) {
    pairs all;
    of.highest_first([&](std::uint64_t ordinal, const std::string& each) {
        all.emplace_back(ordinal, each);
        return true;
    });
    return all;
}

pairs lowest_first(const texts& of, const std::string& from = "") {
    pairs all;
    of.lowest_first([&](const std::string& each) { return each < from; },
                    [&](std::uint64_t ordinal, const std::string& each) {
                        all.emplace_back(ordinal, each);
                        return true;
                    });
    return all;
}

/// Texts that sort as the ordinals do.
std::string text_of(std::uint64_t ordinal) {
    return std::to_string(1'000'000'000 + ordinal);
}

}  // namespace

TEST_CASE("an ordinal map holds what was put there and nothing else") {
    texts map;
    CHECK(map.find(0) == nullptr);
    CHECK(map.size() == 0);
    map.emplace(70, "seventy");
    map[5] = "five";
    map[70] += "!";
    CHECK(map.size() == 2);
    REQUIRE(map.find(70) != nullptr);
    CHECK(*map.find(70) == "seventy!");
    CHECK(*map.find(5) == "five");
    for (const std::uint64_t other : {0U, 4U, 6U, 69U, 71U, 133U, 134U, 1'000'000U})
        CHECK(map.find(other) == nullptr);
    map.erase(6);
    map.erase(1'000'000);
    CHECK(map.size() == 2);
}

TEST_CASE("a value of an ordinal map never moves, whatever comes and goes beside it") {
    texts map;
    const auto* kept = &map.emplace(1'000, "kept");
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        if (i != 1'000) map[i] = "other";
    }
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        if (i != 1'000) map.erase(i);
    }
    CHECK(map.find(1'000) == kept);
    CHECK(*kept == "kept");
}

TEST_CASE("what an ordinal map lets go of is destroyed at once") {
    const auto value = std::make_shared<int>(1);
    {
        ordinal_map<std::shared_ptr<int>> map;
        for (std::uint64_t i = 0; i < 200; ++i)
            map.emplace(i, value);
        CHECK(value.use_count() == 201);
        for (std::uint64_t i = 0; i < 200; i += 2)
            map.erase(i);
        CHECK(value.use_count() == 101);
    }
    CHECK(value.use_count() == 1);
}

TEST_CASE("neighbours share a value, which goes with the last of them") {
    const auto value = std::make_shared<int>(1);
    ordinal_map<int, std::shared_ptr<int>> map;
    map.emplace(64, 1);
    map.shared(64) = value;
    map.emplace(127, 2);
    map.emplace(128, 3);
    CHECK(map.shared(127) == value);
    CHECK(map.shared(128) == nullptr);
    map.erase(64);
    CHECK(value.use_count() == 2);
    map.erase(127);
    CHECK(value.use_count() == 1);
}

TEST_CASE("an ordinal map does what a plain map does") {
    constexpr std::uint64_t seed = 4;
    CAPTURE(seed);
    random_stream random{seed};
    for (int round = 0; round < 20; ++round) {
        texts map;
        std::map<std::uint64_t, std::string> model;
        std::uint64_t at = random.next() % 500;
        for (int i = 0; i < 2'000; ++i) {
            const auto ordinal = random.next() % 10 == 0 ? random.next() % 2'000 : at;
            if (random.next() % 2 == 0) {
                map[ordinal] = text_of(ordinal);
                model[ordinal] = text_of(ordinal);
                at += random.next() % 3;
            } else {
                const auto victim = at - std::min(at, random.next() % 300);
                map.erase(victim);
                model.erase(victim);
            }
            REQUIRE(map.size() == model.size());
        }
        CHECK(lowest_first(map) == pairs(model.begin(), model.end()));
        CHECK(highest_first(map) == pairs(model.rbegin(), model.rend()));
        for (std::uint64_t from = 0; from < 2'100; from += 37)
            CHECK(lowest_first(map, text_of(from)) == pairs(model.lower_bound(from), model.end()));
    }
}
