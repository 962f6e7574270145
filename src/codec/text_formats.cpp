#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/domain/delay.hpp>
#include <nexo_mock/domain/digits.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <span>

namespace nexo_mock::codec {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t micros_per_unit = 1'000'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Digits with at most one point, times 10^(6 + exponent), if that is whole and below `limit`.
std::optional<std::int64_t> scaled(std::string_view digits, int exponent, std::int64_t limit) {
    const auto point = digits.find('.');
    std::string plain{digits.substr(0, point)};
    if (plain.empty()) return std::nullopt;
    if (point != std::string_view::npos) {
        const auto decimals = digits.substr(point + 1);
        if (decimals.empty()) return std::nullopt;
        plain += decimals;
        exponent -= static_cast<int>(decimals.size());
    }
    if (!std::ranges::all_of(plain, is_digit)) return std::nullopt;
    for (exponent += 6; exponent < 0; ++exponent) {  // cut zeros behind the sixth decimal
        if (plain.size() > 1 && plain.back() == '0') {
            plain.pop_back();
        } else if (plain != "0") {
            return std::nullopt;
        }
    }
    std::int64_t value = 0;
    for (const char c : plain) {
        const std::int64_t digit = c - '0';
        if (value > (limit - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
    }
    for (; exponent > 0 && value != 0; --exponent) {
        if (value > limit / 10) return std::nullopt;
        value *= 10;
    }
    return value;
}

/// In as many digits as there is room for.
void write_digits(std::span<char> into, std::uint64_t number) {
    for (auto at = into.size(); at-- > 0; number /= 10)
        into[at] = static_cast<char>('0' + number % 10);
}

void append_padded(std::string& out, std::uint64_t number, std::size_t width) {
    const auto begin = out.size();
    out.resize(begin + width);
    write_digits(std::span{out}.subspan(begin), number);
}

/// "2026-05-26T10:00:25"
std::array<char, 19> to_second(domain::time_point at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const auto seconds =
        static_cast<unsigned>(std::chrono::floor<std::chrono::seconds>(at - day).count());
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    std::array<char, 19> text;
    auto* to = text.data();
    const auto write = [&to](unsigned number, char behind) {
        const auto& pair = domain::digit_pairs[number];
        *to++ = pair[0];
        *to++ = pair[1];
        if (behind != 0) *to++ = behind;
    };
    write(year / 100, 0);
    write(year % 100, '-');
    write(static_cast<unsigned>(date.month()), '-');
    write(static_cast<unsigned>(date.day()), 'T');
    write(seconds / 3600, ':');
    write(seconds / 60 % 60, ':');
    write(seconds % 60, 0);
    return text;
}

std::string format_to_second(domain::time_point at) {
    const auto text = to_second(at);
    return {text.begin(), text.end()};
}

// A fixed number of digits at the front, removed from the text.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count || !std::ranges::all_of(text.substr(0, count), is_digit)) {
        return std::nullopt;
    }
    int value = 0;
    std::from_chars(text.data(), text.data() + count, value);
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(1);
    return true;
}

struct unit {
    std::string_view suffix;
    domain::duration length;
};

constexpr std::array units{unit{"ms", 1ms}, unit{"s", 1s}, unit{"m", 1min}, unit{"h", 1h}};

}  // namespace

std::string in_quotes(std::string_view text) {
    return '"' + std::string{text} + '"';
}

// From the end: six decimals, then the whole number; zeros that end the decimals are left out.
money_text::money_text(domain::money amount) {
    const bool is_negative = amount.micros() < 0;
    auto rest = static_cast<std::uint64_t>(is_negative ? -amount.micros() : amount.micros());
    auto* at = characters_.end();
    auto* end = at;
    const auto write_pair = [&at](std::uint64_t pair) {
        const auto& digits = domain::digit_pairs[pair];
        *--at = digits[1];
        *--at = digits[0];
    };
    for (int pair = 0; pair < 3; ++pair, rest /= 100)
        write_pair(rest % 100);
    while (end != at && end[-1] == '0')
        --end;
    if (end != at) *--at = '.';
    for (; rest >= 100; rest /= 100)
        write_pair(rest % 100);
    if (rest >= 10) {
        write_pair(rest);
    } else {
        *--at = static_cast<char>('0' + rest);
    }
    if (is_negative) *--at = '-';
    begin_ = static_cast<std::size_t>(at - characters_.begin());
    size_ = static_cast<std::size_t>(end - at);
}

void append_money(std::string& out, domain::money amount) {
    out += money_text{amount}.view();
}

std::optional<domain::money> parse_money(std::string_view number, domain::money most) {
    const bool negative = take(number, '-');
    int exponent = 0;
    if (const auto e = number.find_first_of("eE"); e != std::string_view::npos) {
        auto power = number.substr(e + 1);
        if (power.starts_with('+') && !power.starts_with("+-")) power.remove_prefix(1);
        const auto* end = power.data() + power.size();
        const auto [stop, ec] = std::from_chars(power.data(), end, exponent);
        if (ec != std::errc{} || stop != end || std::abs(exponent) > 100) return std::nullopt;
        number = number.substr(0, e);
    }
    const auto micros = scaled(number, exponent, most.micros());
    if (!micros) return std::nullopt;
    return domain::money::from_micros(negative ? -*micros : *micros);
}

std::array<char, 20> seconds_text(domain::time_point at) {
    const auto to = to_second(at);
    std::array<char, 20> text;
    *std::ranges::copy(to, text.begin()).out = 'Z';
    return text;
}

std::string format_seconds(domain::time_point at) {
    return format_to_second(at) + 'Z';
}

std::string format_millis(domain::time_point at) {
    auto text = format_to_second(at) + '.';
    const auto within = at - std::chrono::floor<std::chrono::seconds>(at);
    append_padded(text, static_cast<std::uint64_t>(within / 1ms), 3);
    return text + 'Z';
}

std::string format_time(domain::time_point at) {
    auto text = format_to_second(at);
    const auto micros = (at - std::chrono::floor<std::chrono::seconds>(at)).count();
    if (micros != 0) {
        text += '.';
        append_padded(text, static_cast<std::uint64_t>(micros), 6);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + 'Z';
}

std::optional<domain::time_point> parse_time(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !take(text, 'T')) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second || !text.ends_with('Z')) return std::nullopt;
    text.remove_suffix(1);
    std::int64_t micros = 0;
    if (!text.empty()) {
        if (!text.starts_with('.')) return std::nullopt;
        const auto fraction = scaled("0" + std::string{text}, 0, micros_per_unit);
        if (!fraction) return std::nullopt;
        micros = *fraction;
    }
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return domain::time_point{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
           std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
           std::chrono::microseconds{micros};
}

std::optional<domain::duration> parse_duration(std::string_view text) {
    const auto number_size = text.find_first_not_of("0123456789.");
    if (number_size == std::string_view::npos) return std::nullopt;
    const auto found = std::ranges::find(units, text.substr(number_size), &unit::suffix);
    if (found == units.end()) return std::nullopt;
    const auto longest = domain::delay::longest / found->length * micros_per_unit;
    const auto millionths = scaled(text.substr(0, number_size), 0, longest);
    if (!millionths) return std::nullopt;
    const bool is_whole =
        *millionths % micros_per_unit * found->length.count() % micros_per_unit == 0;
    if (!is_whole) return std::nullopt;  // finer than a microsecond
    // In two parts: the product of a century and an hour in microseconds is beyond 63 bits.
    return *millionths / micros_per_unit * found->length +
           domain::duration{*millionths % micros_per_unit * found->length.count() /
                            micros_per_unit};
}

std::string format_duration(domain::duration length) {
    if (length.count() == 0) return "0s";
    for (const auto& each : {units[3], units[2], units[1]}) {
        if (length % each.length == domain::duration{}) {
            return std::to_string(length / each.length) + std::string{each.suffix};
        }
    }
    std::string text;
    const bool below_a_second = length < 1s;
    append_money(text, domain::money::from_micros(length.count() * (below_a_second ? 1000 : 1)));
    return text + (below_a_second ? "ms" : "s");
}

std::optional<domain::ip_range> parse_ip_range(std::string_view text) {
    const auto slash = text.find('/');
    const std::string address{text.substr(0, slash)};
    if (address.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
    domain::ip_range range;
    unsigned most = 128;
    unsigned skipped = 0;
    std::array<std::uint8_t, 4> v4{};
    if (inet_pton(AF_INET, address.c_str(), v4.data()) == 1) {
        range.base = domain::ip_address::v4(v4);
        most = 32;
        skipped = 96;
    } else if (inet_pton(AF_INET6, address.c_str(), range.base.bytes.data()) != 1) {
        return std::nullopt;
    }
    auto bits = most;
    if (slash != std::string_view::npos) {
        const auto length = text.substr(slash + 1);
        const auto* end = length.data() + length.size();
        const auto [stop, ec] = std::from_chars(length.data(), end, bits);
        if (ec != std::errc{} || stop != end || bits > most) return std::nullopt;
    }
    range.prefix_bits = skipped + bits;
    return range;
}

std::string format_ip_range(const domain::ip_range& range) {
    const auto& bytes = range.base.bytes;
    const auto mapped = domain::ip_address::v4({}).bytes;
    const bool is_v4 =
        range.prefix_bits >= 96 && std::equal(bytes.begin(), bytes.begin() + 12, mapped.begin());
    char address[INET6_ADDRSTRLEN];
    inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes.data() + (is_v4 ? 12 : 0), address, sizeof address);
    std::string text{address};
    if (range.prefix_bits < 128) text += '/' + std::to_string(range.prefix_bits - (is_v4 ? 96 : 0));
    return text;
}

}  // namespace nexo_mock::codec
