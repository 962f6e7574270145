#include "latency_histogram.hpp"

#include <doctest/doctest.h>

namespace {

using std::chrono::nanoseconds;

TEST_CASE("quantiles of latencies are right within a percent, and never too low") {
    bench::latency_histogram latencies;
    for (int i = 1; i <= 100'000; ++i)
        latencies.add(nanoseconds{i * 100});
    CHECK(latencies.count() == 100'000);
    for (const auto share : {0.0001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        CAPTURE(share);
        const auto exact = share * 10'000'000;
        const auto told = static_cast<double>(latencies.quantile(share).count());
        CHECK(told >= exact - 1);
        CHECK(told <= exact * 1.01);
    }
}

TEST_CASE("the longest latency is exact, however long") {
    bench::latency_histogram latencies;
    for (const auto each : {nanoseconds{0}, nanoseconds{-5}, nanoseconds{7'200'000'000'123}})
        latencies.add(each);
    CHECK(latencies.longest() == nanoseconds{7'200'000'000'123});
    CHECK(latencies.quantile(1) == nanoseconds{7'200'000'000'123});
    CHECK(latencies.quantile(0.5) == nanoseconds{0});
}

TEST_CASE("a histogram that is cleared has nothing in it") {
    bench::latency_histogram latencies;
    latencies.add(nanoseconds{5});
    latencies.clear();
    CHECK(latencies.count() == 0);
    CHECK(latencies.quantile(0.99) == nanoseconds{0});
    CHECK(latencies.longest() == nanoseconds{0});
}

}  // namespace
