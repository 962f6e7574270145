#include <nexo_mock/domain/due_queue.hpp>

#include <algorithm>
#include <tuple>

namespace nexo_mock::domain {

namespace {

bool later(const due_event& a, const due_event& b) {
    const auto key = [](const due_event& e) {
        return std::tuple{e.at, e.delivery, e.outcome == nullptr, e.order};
    };
    return key(a) > key(b);
}

}  // namespace

void due_queue::push(const due_event& event) {
    heap_.push_back(event);
    std::ranges::push_heap(heap_, later);
}

std::optional<due_event> due_queue::pop(time_point now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::ranges::pop_heap(heap_, later);
    const auto event = heap_.back();
    heap_.pop_back();
    return event;
}

void due_queue::remove_if(const std::function<bool(const due_event&)>& unwanted) {
    std::erase_if(heap_, unwanted);
    std::ranges::make_heap(heap_, later);
}

std::optional<time_point> due_queue::next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().at;
}

}  // namespace nexo_mock::domain
