#pragma once

#include <nexo_mock/domain/random.hpp>
#include <nexo_mock/domain/time.hpp>

#include <variant>

namespace nexo_mock::domain {

/// Uniform between two durations, both included. `from` is at most `to`; equal ends are fixed.
struct uniform_delay {
    duration from{};
    duration to{};

    friend bool operator==(const uniform_delay&, const uniform_delay&) = default;
};

/// Log-normal around a median; `sigma` is the deviation of the logarithm.
struct log_normal_delay {
    duration median{};
    double sigma = 0;

    friend bool operator==(const log_normal_delay&, const log_normal_delay&) = default;
};

/// How long something takes, as a scenario writes it. Never negative.
class delay {
 public:
    /// Longer waits are cut to this: about a century, so that no sum of times overflows.
    static constexpr duration longest = std::chrono::hours{24 * 365 * 100};

    delay() = default;
    explicit delay(uniform_delay range) : law_{range} {}
    explicit delay(log_normal_delay law) : law_{law} {}
    static delay fixed(duration value) { return delay{uniform_delay{value, value}}; }

    const std::variant<uniform_delay, log_normal_delay>& law() const { return law_; }
    /// It is zero, whatever is drawn.
    bool is_zero() const { return *this == delay{}; }

    /// Draws from the stream only where there is something to draw.
    duration sample(random_stream& random) const;

    friend bool operator==(const delay&, const delay&) = default;

 private:
    std::variant<uniform_delay, log_normal_delay> law_;
};

}  // namespace nexo_mock::domain
