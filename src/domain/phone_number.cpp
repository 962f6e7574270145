#include <nexo_mock/domain/digits.hpp>
#include <nexo_mock/domain/phone_number.hpp>

namespace nexo_mock::domain {

namespace {

struct prefix_row {
    std::string_view digits;  // after +84, two or three of them
    domain::carrier owner;
};

constexpr prefix_row prefix_rows[] = {
#include "prefix_table.inc"
};

constexpr std::uint8_t unassigned = 0xff;

// Carrier by the first three of the nine digits: shorter prefixes first, so that longer ones win.
constexpr auto carrier_by_prefix = [] {
    std::array<std::uint8_t, 1000> table{};
    table.fill(unassigned);
    for (const std::size_t length : {2U, 3U}) {
        for (const auto& row : prefix_rows) {
            if (row.digits.size() != length) continue;
            std::size_t first = 0;
            for (const char c : row.digits)
                first = first * 10 + static_cast<std::size_t>(c - '0');
            const std::size_t width = length == 2 ? 10 : 1;
            for (std::size_t i = 0; i < width; ++i) {
                table[first * width + i] = static_cast<std::uint8_t>(row.owner);
            }
        }
    }
    return table;
}();

constexpr std::string_view country_code = "+84";
constexpr std::size_t national_digits = 9;
constexpr std::uint32_t after_prefix = 1'000'000;  // six digits follow the first three

}  // namespace

std::optional<phone_number> phone_number::parse(std::string_view text) {
    if (text.size() != country_code.size() + national_digits || !text.starts_with(country_code)) {
        return std::nullopt;
    }
    std::uint32_t national = 0;
    for (const char c : text.substr(country_code.size())) {
        if (c < '0' || c > '9') return std::nullopt;
        national = national * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (carrier_by_prefix[national / after_prefix] == unassigned) return std::nullopt;
    return phone_number{national};
}

std::array<char, 12> phone_number::characters() const {
    std::array<char, 12> text{'+', '8', '4'};
    auto rest = national_;
    for (auto at = text.size(); at > 4; rest /= 100) {
        const auto& pair = digit_pairs[rest % 100];
        text[--at] = pair[1];
        text[--at] = pair[0];
    }
    text[3] = static_cast<char>('0' + rest);
    return text;
}

std::string phone_number::text() const {
    const auto text = characters();
    return {text.begin(), text.end()};
}

domain::carrier phone_number::carrier() const {
    return static_cast<domain::carrier>(carrier_by_prefix[national_ / after_prefix]);
}

}  // namespace nexo_mock::domain
