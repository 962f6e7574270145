#include <nexo_mock/domain/delivery_id.hpp>

namespace nexo_mock::domain {

namespace {

constexpr std::uint64_t version_mask = 0x000000000000f000;
constexpr std::uint64_t version_4 = 0x0000000000004000;
constexpr std::uint64_t variant_mask = 0xc000000000000000;
constexpr std::uint64_t variant_rfc = 0x8000000000000000;
constexpr std::uint64_t ordinal_mask = 0x0000ffffffffffff;

constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};

/// The two hexadecimal digits of each byte.
constexpr auto byte_digits = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = {digits[byte >> 4], digits[byte & 0xf]};
    return table;
}();

constexpr std::uint8_t no_digit = 0x10;

/// The value of each character that is a hexadecimal digit.
constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::uint8_t value = 0; value < 16; ++value) {
        table[static_cast<unsigned char>("0123456789abcdef"[value])] = value;
        table[static_cast<unsigned char>("0123456789ABCDEF"[value])] = value;
    }
    return table;
}();

}  // namespace

std::optional<delivery_id> delivery_id::parse(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    for (const auto place : dashes) {
        if (text[place] != '-') return std::nullopt;
    }
    std::uint8_t seen = 0;
    const auto append = [&](std::uint64_t& half, std::size_t from, std::size_t digits) {
        for (const char c : text.substr(from, digits)) {
            const auto value = digit_values[static_cast<unsigned char>(c)];
            seen |= value;
            half = half << 4 | value;
        }
    };
    delivery_id id;
    append(id.high_, 0, 8);
    append(id.high_, 9, 4);
    append(id.high_, 14, 4);
    append(id.low_, 19, 4);
    append(id.low_, 24, 12);
    if ((seen & no_digit) != 0) return std::nullopt;
    return id;
}

std::array<char, delivery_id::text_size> delivery_id::characters() const {
    std::array<char, text_size> text;
    auto* at = text.data();
    const auto append = [&at](std::uint64_t bits, int bytes) {
        for (auto shift = 8 * bytes; shift > 0;) {
            const auto& pair = byte_digits[bits >> (shift -= 8) & 0xff];
            *at++ = pair[0];
            *at++ = pair[1];
        }
    };
    append(high_ >> 32, 4);
    *at++ = '-';
    append(high_ >> 16, 2);
    *at++ = '-';
    append(high_, 2);
    *at++ = '-';
    append(low_ >> 48, 2);
    *at++ = '-';
    append(low_, 6);
    return text;
}

std::string delivery_id::text() const {
    const auto text = characters();
    return {text.begin(), text.end()};
}

// The low 48 bits are the ordinal under a mask drawn from all the other bits' source, so they look
// as random as the rest and only the account that gave the id can read them.
delivery_id delivery_ids::at(std::uint64_t ordinal) const {
    auto bits = stream_.derive(ordinal);
    delivery_id id;
    id.high_ = (bits.next() & ~version_mask) | version_4;
    const auto mask = masks_.derive(id.high_).next();
    const auto upper = (bits.next() & ~variant_mask & ~ordinal_mask) | variant_rfc;
    id.low_ = upper | ((ordinal ^ mask) & ordinal_mask);
    return id;
}

std::optional<std::uint64_t> delivery_ids::ordinal_of(const delivery_id& id) const {
    const auto mask = masks_.derive(id.high_).next();
    const auto ordinal = (id.low_ ^ mask) & ordinal_mask;
    if (at(ordinal) != id) return std::nullopt;
    return ordinal;
}

}  // namespace nexo_mock::domain
