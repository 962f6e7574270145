#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace nexo_mock::domain {

/// A one-time password: four to eight ASCII digits [D]. Eight bytes, leading zeros kept.
class otp_code {
 public:
    static constexpr std::size_t min_digits = 4;
    static constexpr std::size_t max_digits = 8;

    static std::optional<otp_code> parse(std::string_view text);

    /// Valid as long as this object.
    std::string_view text() const;

    friend bool operator==(const otp_code&, const otp_code&) = default;

 private:
    otp_code() = default;

    std::array<char, max_digits> digits_{};  // padded with NUL
};

}  // namespace nexo_mock::domain
