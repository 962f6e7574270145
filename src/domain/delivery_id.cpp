#include <nexo_mock/domain/delivery_id.hpp>

namespace nexo_mock::domain {

namespace {

constexpr std::uint64_t version_mask = 0x000000000000f000;
constexpr std::uint64_t version_4 = 0x0000000000004000;
constexpr std::uint64_t variant_mask = 0xc000000000000000;
constexpr std::uint64_t variant_rfc = 0x8000000000000000;
constexpr std::uint64_t ordinal_mask = 0x0000ffffffffffff;

constexpr bool is_dash_position(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<delivery_id> delivery_id::parse(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    delivery_id id;
    unsigned digits = 0;
    for (std::size_t i = 0; i < text_size; ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const auto value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        auto& half = digits++ < 16 ? id.high_ : id.low_;
        half = half << 4 | static_cast<std::uint64_t>(value);
    }
    return id;
}

std::string delivery_id::text() const {
    std::string text(text_size, '-');
    unsigned digit = 0;
    for (std::size_t i = 0; i < text_size; ++i) {
        if (is_dash_position(i)) continue;
        const auto half = digit < 16 ? high_ : low_;
        text[i] = "0123456789abcdef"[half >> (60 - 4 * (digit++ % 16)) & 0xf];
    }
    return text;
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
