#pragma once

#include <nexo_mock/domain/carrier.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::domain {

/// A valid Vietnamese mobile number; one that exists is always valid. Four bytes.
class phone_number {
 public:
    /// `+84` [D] and exactly nine more digits whose prefix belongs to a mobile carrier. Nothing is
    /// trimmed or rewritten: `0…`, `84…`, `+840…`, spaces, land lines, 1800/1900 and the dead
    /// eleven-digit forms are no numbers.
    static std::optional<phone_number> parse(std::string_view text);

    /// E.164: "+84981234567".
    std::array<char, 12> characters() const;
    std::string text() const;

    /// The carrier the prefix was given to; the longest prefix wins.
    domain::carrier carrier() const;

    /// The nine digits after +84 as a number.
    constexpr std::uint32_t national() const { return national_; }

    friend constexpr bool operator==(phone_number, phone_number) = default;

 private:
    constexpr explicit phone_number(std::uint32_t national) : national_{national} {}

    std::uint32_t national_;
};

}  // namespace nexo_mock::domain
