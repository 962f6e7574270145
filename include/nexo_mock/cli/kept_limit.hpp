#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace nexo_mock::cli {

/// How much of something is kept: so many entries, or so many bytes of them.
struct kept_limit {
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t most_entries = 100'000'000;
    static constexpr std::size_t most_bytes = std::size_t{1} << 40;

    std::size_t entries = unlimited;
    std::size_t bytes = unlimited;

    /// "10000" is a number of entries; "64MiB", "500kB" or "4096B" is a size. Throws wrong_usage,
    /// which names the option, for anything else, and for none or more than the most.
    static kept_limit parse(const std::string& option, std::string_view text);

    friend bool operator==(const kept_limit&, const kept_limit&) = default;
};

}  // namespace nexo_mock::cli
