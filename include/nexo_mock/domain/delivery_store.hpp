#pragma once

#include <nexo_mock/domain/delivery.hpp>
#include <nexo_mock/domain/scenario.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace nexo_mock::domain {

/// The deliveries of one account by ordinal: 0, 1, 2, … in order of acceptance. They lie in chunks
/// of fixed size, so that none ever moves and nothing is rehashed; a chunk goes when its last
/// delivery was erased. Not for sharing between threads.
class delivery_store {
 public:
    /// Stores it under the next ordinal and keeps the scenario it points into.
    delivery& append(delivery added, const scenario_ptr& pinned);

    /// Goes on with that ordinal, not below next_ordinal(): those before it count as erased.
    void skip_to(std::uint64_t ordinal);

    /// Null for one that was erased or never was. The pointer stays good until it is erased.
    delivery* find(std::uint64_t ordinal);
    const delivery* find(std::uint64_t ordinal) const;

    void erase(std::uint64_t ordinal);

    std::uint64_t next_ordinal() const { return next_; }
    std::size_t size() const { return size_; }

    /// Calls `visit(ordinal, delivery)` from the newest to the oldest while it returns true.
    template <class Visitor>
    void newest_first(Visitor visit) const {
        for (auto ordinal = next_; ordinal > first_chunk_ * chunk_size;) {
            const auto* of = chunk_of(--ordinal);
            if (of == nullptr) {
                ordinal -= ordinal % chunk_size;
                continue;
            }
            const auto& slot = of->slots[ordinal % chunk_size];
            if (slot && !visit(ordinal, *slot)) return;
        }
    }

    /// Calls `visit(ordinal, delivery)` from the oldest with a seq above `after` to the newest
    /// while it returns true. Deliveries must have come with growing seq.
    template <class Visitor>
    void oldest_first(std::uint64_t after, Visitor visit) const {
        for (auto place = first_chunk_above(after); place < chunks_.size(); ++place) {
            if (!chunks_[place]) continue;
            for (std::uint64_t slot = 0; slot < chunk_size; ++slot) {
                const auto& each = chunks_[place]->slots[slot];
                if (!each || each->seq <= after) continue;
                if (!visit((first_chunk_ + place) * chunk_size + slot, *each)) return;
            }
        }
    }

 private:
    static constexpr std::uint64_t chunk_size = 64;

    struct chunk {
        std::array<std::optional<delivery>, chunk_size> slots;
        std::size_t alive = 0;
        std::vector<scenario_ptr> pinned;
    };

    const chunk* chunk_of(std::uint64_t ordinal) const;
    /// Place in chunks_ of the first that may hold such a seq.
    std::size_t first_chunk_above(std::uint64_t seq) const;

    std::deque<std::unique_ptr<chunk>> chunks_;  // null where all of a chunk were erased
    std::uint64_t first_chunk_ = 0;              // number of chunks_.front()
    std::uint64_t next_ = 0;
    std::size_t size_ = 0;
};

}  // namespace nexo_mock::domain
