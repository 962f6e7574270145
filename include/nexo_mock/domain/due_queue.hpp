#pragma once

#include <nexo_mock/domain/step.hpp>
#include <nexo_mock/domain/time.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace nexo_mock::domain {

/// Something that will happen to a delivery: a step of its course, or a webhook attempt.
struct due_event {
    time_point at;
    std::uint64_t delivery = 0;  ///< ordinal in the account
    /// What the delivery becomes; null: the next webhook attempt of its chain.
    const delivery_outcome* outcome = nullptr;
    std::uint32_t order = 0;    ///< among the same delivery's at the same time
    std::uint32_t attempt = 0;  ///< number, for a webhook
};

/// What is due, earliest first. Ties go to the older delivery, then to `order`, so the sequence is
/// a function of what is in it and not of how it came in.
class due_queue {
 public:
    void push(const due_event& event);
    /// Removes and answers the earliest; none if nothing is due at or before `now`.
    std::optional<due_event> pop(time_point now);
    std::optional<time_point> next() const;
    /// Removes each event that `unwanted` says yes to. Takes time in proportion to what is queued.
    void remove_if(const std::function<bool(const due_event&)>& unwanted);
    /// In no order.
    const std::vector<due_event>& events() const { return heap_; }
    std::size_t size() const { return heap_.size(); }

 private:
    std::vector<due_event> heap_;
};

}  // namespace nexo_mock::domain
