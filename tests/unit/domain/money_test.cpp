#include <nexo_mock/domain/money.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::domain;

TEST_CASE("five sends cost exactly five times one send") {
    money sum;
    for (int i = 0; i < 5; ++i)
        sum += 22000_micros;
    CHECK(sum == 110000_micros);
    CHECK((110000_micros - sum).is_zero());
}

TEST_CASE("a million sends add up without a rounding error") {
    money sum;
    for (int i = 0; i < 1'000'000; ++i)
        sum += 22000_micros;
    CHECK(sum.micros() == 22'000'000'000);
    for (int i = 0; i < 1'000'000; ++i)
        sum -= 22000_micros;
    CHECK(sum == money{});
}

TEST_CASE("amounts are ordered by their value") {
    CHECK(21999_micros < 22000_micros);
    CHECK(money::from_micros(-1) < money{});
    CHECK(money::from_micros(5) + money::from_micros(-7) == money::from_micros(-2));
}
