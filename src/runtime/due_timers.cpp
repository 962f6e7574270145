#include <nexo_mock/runtime/due_timers.hpp>

#include <algorithm>

namespace nexo_mock::runtime {

void due_timers::add(real_time when, const account_ptr& of) {
    if (stopped_) return;
    heap_.push_back({when, of});
    std::ranges::push_heap(heap_, later);
    arm();
}

void due_timers::stop() {
    stopped_ = true;
    heap_.clear();
    timer_.cancel();
}

void due_timers::arm() {
    if (heap_.empty()) return;
    const auto when = next_firing(heap_.front().when, fired_);
    if (armed_ && *armed_ <= when) return;
    armed_ = when;
    timer_.expires_at(*armed_);
    timer_.async_wait([this](const boost::system::error_code& replaced) {
        if (replaced) return;
        armed_.reset();
        fire();
    });
}

void due_timers::fire() {
    const auto now = std::chrono::steady_clock::now();
    fired_ = now;
    while (!heap_.empty() && heap_.front().when <= now) {
        std::ranges::pop_heap(heap_, later);
        due_.push_back(std::move(heap_.back()));
        heap_.pop_back();
    }
    for (const auto& each : due_) {
        if (const auto of = each.of.lock()) wake_(of, each.when);
    }
    due_.clear();
    arm();
}

}  // namespace nexo_mock::runtime
