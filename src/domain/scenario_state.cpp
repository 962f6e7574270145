#include <nexo_mock/domain/scenario_state.hpp>

#include <utility>

namespace nexo_mock::domain {

const std::string& scenario_state::at(duration elapsed) const {
    return is_passing(elapsed) ? passing_ : lasting_;
}

void scenario_state::set(std::string next, std::optional<duration> lasts, duration elapsed) {
    if (lasts) {
        passing_ = std::move(next);
        until_ = elapsed + *lasts;
    } else {
        lasting_ = std::move(next);
        until_.reset();
    }
}

}  // namespace nexo_mock::domain
