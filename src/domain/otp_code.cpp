#include <nexo_mock/domain/otp_code.hpp>

#include <algorithm>

namespace nexo_mock::domain {

std::optional<otp_code> otp_code::parse(std::string_view text) {
    if (text.size() < min_digits || text.size() > max_digits) return std::nullopt;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
    otp_code code;
    std::ranges::copy(text, code.digits_.begin());
    return code;
}

std::string_view otp_code::text() const {
    const auto end = std::ranges::find(digits_, '\0');
    return {digits_.data(), static_cast<std::size_t>(end - digits_.begin())};
}

}  // namespace nexo_mock::domain
