#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/domain/random.hpp>

#include <algorithm>

namespace nexo_mock::domain {

namespace {

constexpr std::size_t longest_key = 256;
constexpr std::size_t shown = 2;
constexpr std::size_t shortest_to_show = 8;
constexpr int tag_digits = 4;

}  // namespace

bool is_well_formed_key(std::string_view key) {
    if (!key.starts_with(api_key_prefix) || key.size() == api_key_prefix.size()) return false;
    const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
    return key.size() <= longest_key && std::ranges::all_of(key, printable);
}

std::string masked_key(std::string_view key) {
    auto masked = std::string{api_key_prefix} + "\u2026";
    if (key.size() >= api_key_prefix.size() + shortest_to_show) {
        masked += key.substr(key.size() - shown);
    }
    masked += '#';
    auto tag = random_stream{0}.derive(key).next();
    for (int i = 0; i < tag_digits; ++i, tag >>= 4)
        masked += "0123456789abcdef"[tag & 0xf];
    return masked;
}

}  // namespace nexo_mock::domain
