#include <nexo_mock/domain/scenario_state.hpp>

#include <utility>

namespace nexo_mock::domain {

const std::string& scenario_state::at(duration elapsed) const {
    return passing_ && elapsed < passing_->until ? passing_->name : lasting_;
}

void scenario_state::set(std::string next, std::optional<duration> lasts, duration elapsed) {
    if (lasts) {
        passing_ = passing_state{std::move(next), elapsed + *lasts};
    } else {
        lasting_ = std::move(next);
        passing_.reset();
    }
}

}  // namespace nexo_mock::domain
