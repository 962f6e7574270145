#pragma once

#include <nexo_mock/domain/delivery.hpp>
#include <nexo_mock/domain/ordinal_map.hpp>

#include <cstdint>
#include <vector>

namespace nexo_mock::domain {

/// The deliveries of one account by ordinal: 0, 1, 2, … in order of acceptance. None ever moves,
/// and nothing is copied as the store grows. Not for sharing between threads.
class delivery_store {
 public:
    /// Stores it under the next ordinal, and what decided it.
    delivery& append(delivery added, const delivery_cause& decided);

    /// Goes on with that ordinal, not below next_ordinal(): those before it count as erased.
    void skip_to(std::uint64_t ordinal) { next_ = ordinal; }

    /// Null for one that was erased or never was. The pointer stays good until it is erased.
    delivery* find(std::uint64_t ordinal) { return all_.find(ordinal); }
    const delivery* find(std::uint64_t ordinal) const { return all_.find(ordinal); }

    /// What decided the delivery of that ordinal, which must be there. It stays as good as that.
    const delivery_cause& cause_of(std::uint64_t ordinal) const {
        return all_.shared(ordinal)[all_.find(ordinal)->cause];
    }

    void erase(std::uint64_t ordinal) { all_.erase(ordinal); }

    std::uint64_t next_ordinal() const { return next_; }
    std::size_t size() const { return all_.size(); }
    /// About what they take of memory, with their part of what neighbours share.
    std::size_t bytes() const { return size() * (sizeof(delivery) + 4); }

    /// Calls `visit(ordinal, delivery)` from the newest to the oldest while it returns true.
    template <class Visitor>
    void newest_first(Visitor visit) const {
        all_.highest_first(visit);
    }

    /// Calls `visit(ordinal, delivery)` from the oldest with a seq above `after` to the newest
    /// while it returns true. Deliveries must have come with growing seq.
    template <class Visitor>
    void oldest_first(std::uint64_t after, Visitor visit) const {
        all_.lowest_first([after](const delivery& each) { return each.seq <= after; }, visit);
    }

 private:
    // Neighbours were decided by the same few steps: each is kept once, with the scenario.
    ordinal_map<delivery, std::vector<delivery_cause>> all_;
    std::uint64_t next_ = 0;
};

}  // namespace nexo_mock::domain
