#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace nexo_mock::domain {

/// Values by ordinal, for ordinals that come in growing order for the most part and go in the same
/// order. Places of 64 neighbours lie together in a chunk, so that no value ever moves, and nothing
/// is rehashed or copied as the map grows; a chunk goes with its last value. `Shared` is there once
/// for each chunk. An empty map owns no memory. Not for sharing between threads.
template <class T, class Shared = std::monostate>
class ordinal_map {
 public:
    static constexpr std::uint64_t chunk_size = 64;

    /// Null if there is none. The pointer stays good until that value is erased.
    T* find(std::uint64_t ordinal) {
        auto* of = chunk_of(ordinal);
        return of != nullptr && of->holds(ordinal) ? &of->place(ordinal) : nullptr;
    }
    const T* find(std::uint64_t ordinal) const {
        const auto* of = chunk_of(ordinal);
        return of != nullptr && of->holds(ordinal) ? &of->place(ordinal) : nullptr;
    }

    /// There must be none yet.
    template <class... Arguments>
    T& emplace(std::uint64_t ordinal, Arguments&&... arguments) {
        auto& of = make_chunk(ordinal / chunk_size);
        auto* made = std::construct_at(&of.place(ordinal), std::forward<Arguments>(arguments)...);
        of.present |= bit(ordinal);
        ++size_;
        return *made;
    }

    /// The value there, made if there is none.
    T& operator[](std::uint64_t ordinal) {
        auto* found = find(ordinal);
        return found != nullptr ? *found : emplace(ordinal);
    }

    /// Nothing happens if there is none.
    void erase(std::uint64_t ordinal) {
        auto* of = chunk_of(ordinal);
        if (of == nullptr || !of->holds(ordinal)) return;
        std::destroy_at(&of->place(ordinal));
        of->present &= ~bit(ordinal);
        --size_;
        if (of->present == 0) drop(ordinal / chunk_size);
    }

    std::size_t size() const { return size_; }

    /// What the neighbours of that value have in common with it. There must be such a value.
    Shared& shared(std::uint64_t ordinal) { return chunk_of(ordinal)->shared; }
    const Shared& shared(std::uint64_t ordinal) const { return chunk_of(ordinal)->shared; }

    /// Calls `visit(ordinal, value)` from the highest ordinal to the lowest while it returns true.
    template <class Visitor>
    void highest_first(Visitor visit) const {
        for (auto at = chunks_.size(); at-- > gone_;) {
            if (!chunks_[at]) continue;
            for (auto left = chunks_[at]->present; left != 0;) {
                const auto ordinal = (first_ + at) * chunk_size + highest(left);
                if (!visit(ordinal, chunks_[at]->place(ordinal))) return;
                left &= ~bit(ordinal);
            }
        }
    }

    /// The other way round, without the values at the beginning of which `is_before(value)` is
    /// true. It must not be true of a value behind one of which it is not.
    template <class Predicate, class Visitor>
    void lowest_first(Predicate is_before, Visitor visit) const {
        for (auto at = first_chunk_beyond(is_before); at < chunks_.size(); ++at) {
            if (!chunks_[at]) continue;
            for (auto left = chunks_[at]->present; left != 0; left &= left - 1) {
                const auto ordinal = (first_ + at) * chunk_size + lowest(left);
                const auto& each = chunks_[at]->place(ordinal);
                if (!is_before(each) && !visit(ordinal, each)) return;
            }
        }
    }

 private:
    static std::uint64_t bit(std::uint64_t ordinal) {
        return std::uint64_t{1} << (ordinal % chunk_size);
    }
    static std::uint64_t highest(std::uint64_t bits) {
        return static_cast<std::uint64_t>(std::bit_width(bits)) - 1;
    }

    static std::uint64_t lowest(std::uint64_t bits) {
        return static_cast<std::uint64_t>(std::countr_zero(bits));
    }

    // Which of the places hold a value is told by `present` alone.
    struct chunk {
        union slot {
            T value;
            // NOLINTNEXTLINE(modernize-use-equals-default): it would be deleted
            slot() {}
            // NOLINTNEXTLINE(modernize-use-equals-default): it would be deleted
            ~slot() {}
        };

        std::uint64_t present = 0;
        [[no_unique_address]] Shared shared;
        slot slots[chunk_size];

        chunk() = default;
        chunk(const chunk&) = delete;
        chunk& operator=(const chunk&) = delete;
        ~chunk() {
            for (; present != 0; present &= present - 1)
                std::destroy_at(&place(lowest(present)));
        }

        bool holds(std::uint64_t ordinal) const { return (present & bit(ordinal)) != 0; }
        // NOLINTBEGIN(cppcoreguidelines-pro-type-union-access): see `present`
        T& place(std::uint64_t ordinal) { return slots[ordinal % chunk_size].value; }
        const T& place(std::uint64_t ordinal) const { return slots[ordinal % chunk_size].value; }
        // NOLINTEND(cppcoreguidelines-pro-type-union-access)
    };

    chunk* chunk_of(std::uint64_t ordinal) const {
        const auto number = ordinal / chunk_size;
        if (number < first_ || number - first_ >= chunks_.size()) return nullptr;
        return chunks_[number - first_].get();
    }

    chunk& make_chunk(std::uint64_t number) {
        if (chunks_.empty()) first_ = number;
        if (number < first_) {
            const auto missing = first_ - number;
            chunks_.resize(chunks_.size() + missing);
            std::ranges::rotate(chunks_, chunks_.end() - static_cast<std::ptrdiff_t>(missing));
            first_ = number;
            gone_ = 0;
        }
        const auto at = number - first_;
        if (at >= chunks_.size()) chunks_.resize(at + 1);
        if (!chunks_[at]) chunks_[at] = std::make_unique<chunk>();
        gone_ = std::min(gone_, at);
        return *chunks_[at];
    }

    void drop(std::uint64_t number) {
        chunks_[number - first_].reset();
        if (size_ == 0) {
            chunks_.clear();
            gone_ = 0;
            return;
        }
        while (!chunks_[gone_])
            ++gone_;
        if (gone_ <= chunks_.size() / 2) return;  // so that each pointer moves seldom
        chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(gone_));
        first_ += std::exchange(gone_, 0);
    }

    template <class Predicate>
    std::size_t first_chunk_beyond(Predicate is_before) const {
        auto low = gone_;
        auto high = chunks_.size();
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            auto at = middle;
            while (at < high && !chunks_[at])
                ++at;
            if (at < high && is_before(chunks_[at]->place(highest(chunks_[at]->present)))) {
                low = at + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    std::vector<std::unique_ptr<chunk>> chunks_;  // null where there are none
    std::uint64_t first_ = 0;                     // number of chunks_.front()
    std::size_t gone_ = 0;                        // so many at the front are null
    std::size_t size_ = 0;
};

}  // namespace nexo_mock::domain
