#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/domain/random.hpp>

#include <algorithm>

namespace nexo_mock::domain {

namespace {

constexpr std::size_t longest_key = 256;
constexpr std::size_t shown = 2;
constexpr std::size_t shortest_to_show = 8;
constexpr int tag_digits = 4;

/// How much of the text belongs to a key that begins there. Keys may hold characters that end them
/// here; what is left of such a key then is no key.
std::size_t key_length(std::string_view text) {
    const auto ends = [](char c) {
        constexpr std::string_view behind_keys = "\"'\\&#/?,;<>";
        return c <= ' ' || c >= 0x7f || behind_keys.find(c) != std::string_view::npos;
    };
    return static_cast<std::size_t>(std::ranges::find_if(text, ends) - text.begin());
}

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

void mask_keys(std::string& text) {
    auto at = text.find(api_key_prefix);
    while (at != std::string::npos) {
        auto end = at + api_key_prefix.size();
        if (const auto own = key_length(std::string_view{text}.substr(end)); own != 0) {
            const auto masked = masked_key(std::string_view{text}.substr(at, end + own - at));
            text.replace(at, end + own - at, masked);
            end = at + masked.size();
        }
        at = text.find(api_key_prefix, end);
    }
}

}  // namespace nexo_mock::domain
