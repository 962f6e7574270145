#include <nexo_mock/domain/delivery_store.hpp>

#include <algorithm>
#include <ranges>

namespace nexo_mock::domain {

const delivery_store::chunk* delivery_store::chunk_of(std::uint64_t ordinal) const {
    const auto number = ordinal / chunk_size;
    if (ordinal >= next_ || number < first_chunk_) return nullptr;
    return chunks_[number - first_chunk_].get();
}

std::size_t delivery_store::first_chunk_above(std::uint64_t seq) const {
    const auto ends_below = [&](std::size_t place) {
        while (place < chunks_.size() && !chunks_[place])
            ++place;
        if (place == chunks_.size()) return false;
        const auto newest_first = chunks_[place]->slots | std::views::reverse;
        const auto last =
            std::ranges::find_if(newest_first, [](const auto& each) { return each.has_value(); });
        return last != newest_first.end() && (*last)->seq <= seq;
    };
    std::size_t low = 0;
    std::size_t high = chunks_.size();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (ends_below(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

delivery& delivery_store::append(delivery added, const scenario_ptr& pinned) {
    const auto place = next_ % chunk_size;
    if (place == 0 || chunks_.empty()) {
        if (chunks_.empty()) first_chunk_ = next_ / chunk_size;
        chunks_.push_back(std::make_unique<chunk>());
    } else if (!chunks_.back()) {
        chunks_.back() = std::make_unique<chunk>();
    }
    auto& last = *chunks_.back();
    if (last.pinned.empty() || last.pinned.back() != pinned) last.pinned.push_back(pinned);
    ++last.alive;
    ++next_;
    ++size_;
    return last.slots[place].emplace(added);
}

void delivery_store::skip_to(std::uint64_t ordinal) {
    if (ordinal == next_) return;
    const auto begun = (ordinal - 1) / chunk_size + 1;  // chunks, up to the last erased ordinal
    if (chunks_.empty()) {
        first_chunk_ = begun;
    } else {
        chunks_.resize(begun - first_chunk_);
    }
    next_ = ordinal;
}

const delivery* delivery_store::find(std::uint64_t ordinal) const {
    const auto* of = chunk_of(ordinal);
    if (of == nullptr) return nullptr;
    const auto& slot = of->slots[ordinal % chunk_size];
    return slot ? &*slot : nullptr;
}

delivery* delivery_store::find(std::uint64_t ordinal) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the same look-up; *this is not const
    return const_cast<delivery*>(std::as_const(*this).find(ordinal));
}

void delivery_store::erase(std::uint64_t ordinal) {
    if (find(ordinal) == nullptr) return;
    auto& of = chunks_[ordinal / chunk_size - first_chunk_];
    of->slots[ordinal % chunk_size].reset();
    --size_;
    if (--of->alive == 0) of.reset();
    while (!chunks_.empty() && !chunks_.front()) {
        chunks_.pop_front();
        ++first_chunk_;
    }
}

}  // namespace nexo_mock::domain
