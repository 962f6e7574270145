#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::domain {

/// A one-time password: four to eight ASCII digits [D]. Four bytes, leading zeros kept.
class otp_code {
 public:
    static constexpr std::size_t min_digits = 4;
    static constexpr std::size_t max_digits = 8;

    static std::optional<otp_code> parse(std::string_view text);

    /// Short enough for a string without memory of its own.
    std::string text() const;

    friend bool operator==(const otp_code&, const otp_code&) = default;

 private:
    explicit otp_code(std::uint32_t digits) : digits_{digits} {}

    std::uint32_t digits_;  // as a number, behind a 1 that keeps leading zeros
};

}  // namespace nexo_mock::domain
