#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzz {

/// What always holds, holds: else the process says so and ends, which the fuzzer takes for a find.
/// `seen` is what there was instead.
inline void require(bool holds, std::string_view claim, std::string_view seen = {}) {
    if (holds) return;
    const auto text = "does not hold: " + std::string{claim} + '\n' + std::string{seen} + '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::abort();
}

}  // namespace fuzz
