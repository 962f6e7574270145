#pragma once

#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/domain/money.hpp>
#include <nexo_mock/domain/time.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// As errors and reports name what somebody wrote: "text", with nothing escaped.
std::string in_quotes(std::string_view text);

/// "0.022", "25", "-1.5": no exponent, no trailing zeros.
class money_text {
 public:
    explicit money_text(domain::money amount);

    std::string_view view() const { return {characters_.data() + begin_, size_}; }

 private:
    std::array<char, 24> characters_;
    std::size_t begin_;
    std::size_t size_;
};
void append_money(std::string& out, domain::money amount);

/// The most that a price or a bucket may say.
inline constexpr auto most_money = domain::money::from_micros(1'000'000'000'000'000'000);

/// A decimal number as JSON writes it, exponent included; none if it has more than six decimals or
/// is not within ±`most`.
std::optional<domain::money> parse_money(std::string_view number, domain::money most = most_money);

/// "2026-05-26T10:00:25Z": UTC in whole seconds, as the vendor writes it [D]; later parts of the
/// second are cut off.
std::array<char, 20> seconds_text(domain::time_point at);
std::string format_seconds(domain::time_point at);

/// "2026-05-26T10:00:25.250Z": the control API's form, in milliseconds.
std::string format_millis(domain::time_point at);

/// With as many decimals as it has, so that parse_time() reads the same time again.
std::string format_time(domain::time_point at);

/// UTC with `Z`, up to six decimals of a second, years 1970 to 9999.
std::optional<domain::time_point> parse_time(std::string_view text);

/// "250ms", "25s", "2m", "1h", with decimals ("1.5s") down to a microsecond; at most
/// domain::delay::longest.
std::optional<domain::duration> parse_duration(std::string_view text);

/// In the largest unit that makes it whole, else in seconds or milliseconds with decimals: "2m",
/// "90s", "1.5s", "0.5ms". Exact, so that parse_duration() reads the same length again.
std::string format_duration(domain::duration length);

/// An IPv4 or IPv6 address, or either with "/<bits>".
std::optional<domain::ip_range> parse_ip_range(std::string_view text);

/// "10.0.0.0/8", "::1": parse_ip_range() reads the same range again.
std::string format_ip_range(const domain::ip_range& range);

}  // namespace nexo_mock::codec
