#pragma once

#include <array>
#include <cstdint>

namespace nexo_mock::domain {

/// An IPv6 address, or an IPv4 address mapped into ::ffff:0:0/96. Network byte order.
struct ip_address {
    std::array<std::uint8_t, 16> bytes{};

    static constexpr ip_address v4(std::array<std::uint8_t, 4> b) {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, b[0], b[1], b[2], b[3]}};
    }
    friend constexpr bool operator==(const ip_address&, const ip_address&) = default;
};

/// A block of addresses in CIDR terms; `prefix_bits` is 0 to 128 (for IPv4, 96 and its own bits).
struct ip_range {
    ip_address base;
    unsigned prefix_bits = 128;

    constexpr bool contains(const ip_address& address) const {
        for (unsigned bit = 0; bit < prefix_bits; ++bit) {
            const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
            if (((address.bytes[bit / 8] ^ base.bytes[bit / 8]) & mask) != 0) return false;
        }
        return true;
    }
    friend constexpr bool operator==(const ip_range&, const ip_range&) = default;
};

}  // namespace nexo_mock::domain
