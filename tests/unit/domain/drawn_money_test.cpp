#include <nexo_mock/domain/drawn_money.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace nexo_mock::domain;

namespace {

/// Of one bucket, of several, and of more than fits beside a bucket's name.
std::vector<bucket_amounts> all_kinds() {
    std::vector<bucket_amounts> all{{}};
    const auto largest = money::from_micros(1'000'000'000'000'000'000);  // 10^12 dollars
    for (const auto amount :
         {1_micros, 22000_micros, largest - 1_micros, largest,
          money::from_micros((std::int64_t{1} << 60) + 1), money::from_micros(-22000)}) {
        for (const auto each : all_buckets) {
            bucket_amounts one;
            one[each] = amount;
            all.push_back(one);
        }
        all.emplace_back(amount, 1_micros, money{});
        all.emplace_back(money{}, amount, amount);
        all.emplace_back(amount, amount, amount);
    }
    return all;
}

}  // namespace

TEST_CASE("what was drawn is known exactly, whichever buckets it came from") {
    CHECK(sizeof(drawn_money) == 8);
    CHECK(drawn_money{}.amounts() == bucket_amounts{});
    for (const auto& each : all_kinds()) {
        const drawn_money drawn{each};
        CHECK(drawn.amounts() == each);
        CHECK(drawn.total() == each.total());
    }
}

TEST_CASE("what was drawn can be copied, moved and replaced") {
    const auto all = all_kinds();
    for (const auto& each : all) {
        for (const auto& other : all) {
            const drawn_money original{each};
            auto copy = original;
            drawn_money taken{other};
            taken = copy;
            copy = drawn_money{other};
            CHECK(original.amounts() == each);
            CHECK(taken.amounts() == each);
            CHECK(copy.amounts() == other);
            const auto moved = std::move(taken);
            CHECK(moved.amounts() == each);
        }
    }
}
