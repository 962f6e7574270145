#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace nexo_mock::domain {

/// The latest entries of a list that never ends: beyond `most` the oldest makes way and is counted.
/// Memory grows with the entries and is then used again. Not for sharing between threads.
template <class T>
class ring {
 public:
    /// `evicted` went before.
    explicit ring(std::size_t most, std::uint64_t evicted = 0) : most_{most}, evicted_{evicted} {}

    /// Null if nothing is kept at all; the entry counts as evicted then.
    const T* push(T entry) {
        if (entries_.size() < most_) {
            entries_.push_back(std::move(entry));
            return &entries_.back();
        }
        ++evicted_;
        if (most_ == 0) return nullptr;
        auto& place = entries_[oldest_];
        place = std::move(entry);
        oldest_ = (oldest_ + 1) % most_;
        return &place;
    }

    /// What the next entry takes the place of, so that its buffers are used again: assign all of
    /// it. Push before anything else is read.
    T spare() {
        const bool is_full = most_ != 0 && entries_.size() == most_;
        return is_full ? std::move(entries_[oldest_]) : T{};
    }

    std::size_t size() const { return entries_.size(); }
    std::uint64_t evicted() const { return evicted_; }
    /// The n-th from the oldest, which is 0.
    const T& operator[](std::size_t nth) const {
        return entries_[(oldest_ + nth) % entries_.size()];
    }

    /// The place of the first entry whose `seq` is above `after`; size() if there is none. Entries
    /// must come with growing seq.
    std::size_t first_after(std::uint64_t after) const {
        std::size_t low = 0;
        std::size_t high = size();
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            if ((*this)[middle].seq > after) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

 private:
    std::size_t most_;
    std::vector<T> entries_;
    std::size_t oldest_ = 0;
    std::uint64_t evicted_;
};

}  // namespace nexo_mock::domain
