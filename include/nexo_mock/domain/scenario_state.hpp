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
    /// Before any step set one.
    static constexpr std::string_view initial = "start";

    const std::string& at(duration elapsed) const;

    /// From `elapsed` on it is `next`, for ever or for that long.
    void set(std::string next, std::optional<duration> lasts, duration elapsed);

 private:
    bool is_passing(duration elapsed) const { return until_ && elapsed < *until_; }

    std::string lasting_{initial};
    std::string passing_;
    std::optional<duration> until_;  // of the passing one
};

}  // namespace nexo_mock::domain
