#pragma once

#include <compare>
#include <cstdint>

namespace nexo_mock::domain {

/// An amount in US dollars, held as whole micro-dollars: exact, never rounded. 0.022 is 22000.
/// Sums must stay within 63 bits; the scenario reader bounds what goes in.
class money {
 public:
    constexpr money() = default;

    static constexpr money from_micros(std::int64_t micros) { return money{micros}; }
    constexpr std::int64_t micros() const { return micros_; }
    constexpr bool is_zero() const { return micros_ == 0; }

    constexpr money& operator+=(money other) {
        micros_ += other.micros_;
        return *this;
    }
    constexpr money& operator-=(money other) {
        micros_ -= other.micros_;
        return *this;
    }
    friend constexpr money operator+(money a, money b) { return a += b; }
    friend constexpr money operator-(money a, money b) { return a -= b; }
    friend constexpr auto operator<=>(money, money) = default;

 private:
    constexpr explicit money(std::int64_t micros) : micros_{micros} {}

    std::int64_t micros_ = 0;
};

inline namespace literals {

constexpr money operator""_micros(unsigned long long micros) {
    return money::from_micros(static_cast<std::int64_t>(micros));
}

}  // namespace literals

}  // namespace nexo_mock::domain
