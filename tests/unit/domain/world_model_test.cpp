#include <nexo_mock/domain/random.hpp>
#include <support/model_check.hpp>

#include <doctest/doctest.h>

using nexo_mock::domain::random_stream;
using support::model_check;

TEST_CASE("a world does what the plain model of an account does, whatever is done to both") {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    std::uint64_t evicted = 0;
    std::uint64_t given_up = 0;
    std::uint64_t acknowledged = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        random_stream random{seed};
        model_check both{[&random](std::uint64_t below) { return random.next() % below; }};
        for (int i = 0; i < 250; ++i)
            REQUIRE_NOTHROW(both.step());
        delivered += both.counts().delivered;
        failed += both.counts().failed;
        evicted += both.counts().evicted;
        given_up += both.webhooks().given_up;
        acknowledged += both.webhooks().acknowledged;
    }
    CHECK(delivered > 200);
    CHECK(failed > 200);
    CHECK(evicted > 100);
    CHECK(given_up > 100);
    CHECK(acknowledged > 200);
}
