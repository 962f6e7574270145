#pragma once

#include <nexo_mock/domain/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::domain {

/// The word that rules ask for with `state` and steps set. A state may be set for a while; then the
/// one that was to last is back. Times count since the account's world began and never go back.
class scenario_state {
 public:
    /// A state that was set for a while.
    struct passing_state {
        std::string name;
        duration until{};

        friend bool operator==(const passing_state&, const passing_state&) = default;
    };

    /// Before any step set one.
    static constexpr std::string_view initial = "start";

    scenario_state() = default;
    scenario_state(std::string lasting, std::optional<passing_state> for_a_while)
        : lasting_{std::move(lasting)}, passing_{std::move(for_a_while)} {}

    const std::string& at(duration elapsed) const;

    /// From `elapsed` on it is `next`, for ever or for that long.
    void set(std::string next, std::optional<duration> lasts, duration elapsed);

    /// Outside the time of the passing one.
    const std::string& lasting() const { return lasting_; }
    /// None was set since the lasting one, or the latest, which may be over.
    const std::optional<passing_state>& passing() const { return passing_; }

    friend bool operator==(const scenario_state&, const scenario_state&) = default;

 private:
    std::string lasting_{initial};
    std::optional<passing_state> passing_;
};

}  // namespace nexo_mock::domain
