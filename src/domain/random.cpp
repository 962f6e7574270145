#include <nexo_mock/domain/random.hpp>

#include <cmath>
#include <numbers>

namespace nexo_mock::domain {

std::int64_t random_stream::between(std::int64_t low, std::int64_t high) {
    const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const auto bits = next();
    if (width == 0) return static_cast<std::int64_t>(bits);  // every value there is
    // The remainder favours low values by less than width / 2^64: nothing for durations.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + bits % width);
}

double random_stream::normal() {
    const auto radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // Box and Muller
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace nexo_mock::domain
