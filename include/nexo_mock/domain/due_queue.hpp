#pragma once

#include <nexo_mock/domain/delivery.hpp>
#include <nexo_mock/domain/paged_list.hpp>

#include <cstdint>
#include <optional>

namespace nexo_mock::domain {

/// Something that will happen to a delivery.
struct due_event {
    /// Values of `what` that are no place in a course. Both are above any place.
    static constexpr std::uint16_t by_hand = 0xfffe;  ///< it becomes what somebody made of it
    static constexpr std::uint16_t webhook = 0xffff;  ///< the attempt its webhooks wait for

    time_point at;
    std::uint64_t delivery = 0;  ///< ordinal in the account, below 2^48
    std::uint16_t what = 0;      ///< which event of its course, from 0

    friend bool operator==(const due_event&, const due_event&) = default;
};

/// What is due, earliest first. Ties go to the older delivery, then to the lower `what`, so the
/// sequence is a function of what is in it and not of how it came in. An event takes 16 bytes, and
/// none is copied as the queue grows. Not for sharing between threads.
class due_queue {
 public:
    /// Takes constant time for an event that is due after all others, or before few.
    void push(const due_event& event);
    /// Removes and answers the earliest; none if nothing is due at or before `now`.
    std::optional<due_event> pop(time_point now);
    std::optional<time_point> next() const;
    /// Removes the events of that delivery: its webhook attempt, or all others. Looks at each event
    /// that is queued.
    void remove_webhook(std::uint64_t delivery);
    void remove_changes(std::uint64_t delivery);

    /// Calls `visit(due_event)` for each, in no order.
    template <class Visitor>
    void each(Visitor visit) const {
        for (std::size_t i = 0; i < heap_.size(); ++i)
            visit(heap_[i].unpacked());
    }
    std::size_t size() const { return heap_.size(); }
    std::size_t bytes() const { return size() * sizeof(entry); }

 private:
    struct entry {
        std::int64_t at = 0;    // microseconds
        std::uint64_t key = 0;  // delivery and what: in this order they decide ties

        static entry packed(const due_event& event);
        due_event unpacked() const;
        friend auto operator<=>(const entry&, const entry&) = default;
    };

    template <class Predicate>
    void remove_if(Predicate is_unwanted);
    void remove_at(std::size_t place);
    void put_up(std::size_t place, const entry& what);
    void put_down(std::size_t place, const entry& what);

    // A heap of four branches: a pop looks at half as many cache lines as with two.
    paged_list<entry> heap_;
};

}  // namespace nexo_mock::domain
