#include <nexo_mock/domain/money.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::domain;

TEST_CASE("five sends cost exactly five times one send") {
    money sum;
    for (int i = 0; i < 5; ++i) sum += 22000_micros;
    CHECK(sum == 110000_micros);
    CHECK((110000_micros - sum).is_zero());
}
