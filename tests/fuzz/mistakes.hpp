#pragma once

#include "require.hpp"
#include <nexo_mock/codec/field_reader.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace fuzz {

/// Each says what is wrong, and where in the text.
inline void require_places(const std::vector<nexo_mock::codec::diagnostic>& mistakes,
                           std::string_view text) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const auto& each : mistakes) {
        const auto told = format(each, "input");
        require(!each.message.empty(), "a mistake is told in words", told);
        require(each.at.line >= 1 && each.at.line <= lines, "its line is one of the text", told);
        require(each.at.column >= 1 && each.at.column <= text.size() + 1,
                "its column is one of the text", told);
        require(each.path.empty() || each.path.front() == '/', "its path is a JSON Pointer", told);
    }
}

}  // namespace fuzz
