#include <nexo_mock/domain/otp_code.hpp>

namespace nexo_mock::domain {

std::optional<otp_code> otp_code::parse(std::string_view text) {
    if (text.size() < min_digits || text.size() > max_digits) return std::nullopt;
    std::uint32_t digits = 1;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        digits = digits * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return otp_code{digits};
}

std::string otp_code::text() const {
    return std::to_string(digits_).substr(1);
}

}  // namespace nexo_mock::domain
