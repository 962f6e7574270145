#pragma once

#include <array>
#include <cstddef>

namespace nexo_mock::domain {

/// The two decimal digits of each number below a hundred: numbers are written twice as fast by
/// pairs.
inline constexpr auto digit_pairs = [] {
    std::array<std::array<char, 2>, 100> table{};
    for (std::size_t number = 0; number < table.size(); ++number)
        table[number] = {static_cast<char>('0' + number / 10),
                         static_cast<char>('0' + number % 10)};
    return table;
}();

}  // namespace nexo_mock::domain
