#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/kept_limit.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace nexo_mock::cli {

namespace {

struct unit {
    std::string_view name;
    std::size_t bytes;
};

constexpr std::array units{unit{"B", 1},
                           unit{"kB", 1'000},
                           unit{"MB", 1'000'000},
                           unit{"GB", 1'000'000'000},
                           unit{"KiB", std::size_t{1} << 10},
                           unit{"MiB", std::size_t{1} << 20},
                           unit{"GiB", std::size_t{1} << 30}};

[[noreturn]] void refuse(const std::string& option, std::string_view text) {
    throw wrong_usage{
        option +
        " takes a number of entries, 1 to 100000000, or a size up to 1024GiB with its "
        "unit (B, kB, MB, GB, KiB, MiB, GiB), like 64MiB, not \"" +
        std::string{text} + '"'};
}

}  // namespace

kept_limit kept_limit::parse(const std::string& option, std::string_view text) {
    std::size_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc{} || number == 0) refuse(option, text);
    const std::string_view name{stop, static_cast<std::size_t>(end - stop)};
    kept_limit limit;
    if (name.empty()) {
        if (number > most_entries) refuse(option, text);
        limit.entries = number;
        return limit;
    }
    const auto* const found = std::ranges::find(units, name, &unit::name);
    if (found == units.end() || number > most_bytes / found->bytes) refuse(option, text);
    limit.bytes = number * found->bytes;
    return limit;
}

}  // namespace nexo_mock::cli
