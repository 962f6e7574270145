#include <nexo_mock/domain/ip_address.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::domain;

namespace {

constexpr auto v4 = [](std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return ip_address::v4({a, b, c, d});
};

}  // namespace

TEST_CASE("a block contains the addresses that share its first bits") {
    const ip_range ten{v4(10, 0, 0, 0), 96 + 8};
    CHECK(ten.contains(v4(10, 0, 0, 0)));
    CHECK(ten.contains(v4(10, 255, 255, 255)));
    CHECK_FALSE(ten.contains(v4(11, 0, 0, 0)));
    CHECK_FALSE(ten.contains(v4(9, 255, 255, 255)));
}

TEST_CASE("a block may end within a byte") {
    const ip_range block{v4(192, 168, 16, 0), 96 + 20};
    CHECK(block.contains(v4(192, 168, 16, 1)));
    CHECK(block.contains(v4(192, 168, 31, 255)));
    CHECK_FALSE(block.contains(v4(192, 168, 32, 0)));
    CHECK_FALSE(block.contains(v4(192, 168, 15, 255)));
}

TEST_CASE("bits of the base behind the prefix do not count") {
    const ip_range block{v4(10, 1, 2, 3), 96 + 8};
    CHECK(block.contains(v4(10, 9, 9, 9)));
}

TEST_CASE("a whole address is a block of one and no bits are a block of all") {
    CHECK(ip_range{v4(127, 0, 0, 1), 128}.contains(v4(127, 0, 0, 1)));
    CHECK_FALSE(ip_range{v4(127, 0, 0, 1), 128}.contains(v4(127, 0, 0, 2)));
    CHECK(ip_range{{}, 0}.contains(v4(1, 2, 3, 4)));
}

TEST_CASE("every IPv4 address is no IPv6 address of another kind") {
    const ip_range all_v4{v4(0, 0, 0, 0), 96};
    CHECK(all_v4.contains(v4(255, 255, 255, 255)));
    CHECK_FALSE(all_v4.contains(ip_address{}));
}
