#include <nexo_mock/domain/due_queue.hpp>

#include <algorithm>

namespace nexo_mock::domain {

namespace {

constexpr std::size_t branches = 4;
constexpr unsigned what_bits = 16;

constexpr std::size_t parent_of(std::size_t place) {
    return (place - 1) / branches;
}
constexpr std::size_t first_child_of(std::size_t place) {
    return place * branches + 1;
}

}  // namespace

due_queue::entry due_queue::entry::packed(const due_event& event) {
    return {event.at.time_since_epoch().count(), event.delivery << what_bits | event.what};
}

due_event due_queue::entry::unpacked() const {
    return {time_point{duration{at}}, key >> what_bits, static_cast<std::uint16_t>(key)};
}

void due_queue::push(const due_event& event) {
    const auto added = entry::packed(event);
    heap_.push_back(added);
    put_up(heap_.size() - 1, added);
}

std::optional<due_event> due_queue::pop(time_point now) {
    if (heap_.empty() || heap_[0].at > now.time_since_epoch().count()) return std::nullopt;
    const auto earliest = heap_[0].unpacked();
    remove_at(0);
    return earliest;
}

std::optional<time_point> due_queue::next() const {
    if (heap_.empty()) return std::nullopt;
    return time_point{duration{heap_[0].at}};
}

void due_queue::remove_webhook(std::uint64_t delivery) {
    remove_if([delivery](const due_event& each) {
        return each.delivery == delivery && each.what == due_event::webhook;
    });
}

void due_queue::remove_changes(std::uint64_t delivery) {
    remove_if([delivery](const due_event& each) {
        return each.delivery == delivery && each.what != due_event::webhook;
    });
}

// From the end: whatever takes a place was looked at before, or comes down from one that is not
// yet, and then into the very place, which is looked at again.
template <class Predicate>
void due_queue::remove_if(Predicate is_unwanted) {
    for (auto place = heap_.size(); place-- > 0;) {
        while (place < heap_.size() && is_unwanted(heap_[place].unpacked()))
            remove_at(place);
    }
}

void due_queue::remove_at(std::size_t place) {
    const auto last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    if (place > 0 && last < heap_[parent_of(place)]) {
        put_up(place, last);
    } else {
        put_down(place, last);
    }
}

void due_queue::put_up(std::size_t place, const entry& what) {
    for (; place > 0 && what < heap_[parent_of(place)]; place = parent_of(place))
        heap_[place] = heap_[parent_of(place)];
    heap_[place] = what;
}

void due_queue::put_down(std::size_t place, const entry& what) {
    for (auto child = first_child_of(place); child < heap_.size(); child = first_child_of(place)) {
        const auto end = std::min(child + branches, heap_.size());
        auto earliest = child;
        while (++child < end) {
            if (heap_[child] < heap_[earliest]) earliest = child;
        }
        if (what < heap_[earliest]) break;
        heap_[place] = heap_[earliest];
        place = earliest;
    }
    heap_[place] = what;
}

}  // namespace nexo_mock::domain
