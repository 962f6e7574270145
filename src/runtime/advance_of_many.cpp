#include <nexo_mock/runtime/advance_of_many.hpp>

#include <algorithm>

namespace nexo_mock::runtime {

bool advance_of_many::prepare() {
    auto shortest = domain::duration::max();
    for (const auto& each : accounts_) {
        const std::lock_guard lock{each->mutex};
        if (each->clock.setting().mode != codec::clock_mode::manual) return false;
        const auto now = each->clock.now({});
        report_.now = std::max(report_.now, now);
        targets_.push_back({each, each->epoch, std::nullopt});
        if (const auto next = each->world.next_due()) shortest = std::min(shortest, *next - now);
    }
    using kind = control::advance_goal::kind;
    if (goal_.until == kind::by) length_ = goal_.length;
    if (goal_.until == kind::next) {
        length_ = shortest == domain::duration::max() ? domain::duration{} : shortest;
    }
    for (auto& each : targets_)
        each.length = length_;
    return true;
}

void advance_of_many::go_on() {
    if (next_ == targets_.size()) return finish();
    advance_account(
        emulator_, worker_, std::move(targets_[next_++]), report_,
        [self = shared_from_this()] { self->worker_.run_soon([self] { self->go_on(); }); });
}

void advance_of_many::finish() {
    std::ranges::sort(report_.fired, {}, [](const control::fired_event& each) {
        return std::pair{each.at, each.order};
    });
    done_(std::move(report_));
}

}  // namespace nexo_mock::runtime
