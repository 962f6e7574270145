#include <nexo_mock/domain/byte_journal.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace nexo_mock::domain {

namespace {

constexpr std::size_t smallest_page = 1'024;
constexpr std::size_t largest_page = 65'536;
constexpr std::size_t pages_in_limit = 8;  // at least: what is free in a page counts for little

using offset_type = std::uint32_t;

template <class T>
T read(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
void write(char* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

std::size_t usual_page(const journal_limits& limits) {
    return std::clamp(limits.bytes / pages_in_limit, smallest_page, largest_page);
}

}  // namespace

// --- a page

std::size_t byte_journal::page::offset(std::uint64_t number) const {
    const auto place = static_cast<std::size_t>(number - first);
    if (place == count) return used;
    return read<offset_type>(memory.get() + capacity - (place + 1) * sizeof(offset_type));
}

std::size_t byte_journal::page::room() const {
    return capacity - used - count * sizeof(offset_type);
}

char* byte_journal::page::append(std::size_t size) {
    auto* to = memory.get() + used;
    ++count;
    write<offset_type>(memory.get() + capacity - count * sizeof(offset_type), used);
    used += static_cast<std::uint32_t>(size);
    return to;
}

std::size_t byte_journal::page::cost(std::uint64_t number) const {
    return offset(number + 1) - offset(number) + sizeof(offset_type);
}

// --- all of them

byte_journal::byte_journal(journal_limits limits, std::uint64_t evicted)
    : limits_{limits}, evicted_{evicted}, added_{evicted} {}

char* byte_journal::add(std::uint64_t seq, std::size_t size,
                        const std::shared_ptr<const void>& keeps) {
    if (limits_.entries == 0) {
        evicted_ = ++added_;
        return nullptr;
    }
    const auto cost = size + overhead;
    while (evicted_ < added_ &&
           (added_ - evicted_ >= limits_.entries || bytes_ + cost > limits_.bytes))
        evict_oldest();
    auto& to = page_with_room(cost);
    if (keeps && std::ranges::find(to.keeps, keeps) == to.keeps.end()) to.keeps.push_back(keeps);
    auto* written = to.append(sizeof seq + size);
    write(written, seq);
    ++added_;
    bytes_ += cost;
    return written + sizeof seq;
}

void byte_journal::evict_oldest() {
    const auto& oldest = pages_.front();
    bytes_ -= oldest.cost(evicted_);
    ++evicted_;
    if (evicted_ == oldest.first + oldest.count) recycle_oldest();
}

// Small pages, and those of a single large entry, are not worth keeping.
void byte_journal::recycle_oldest() {
    auto emptied = std::move(pages_.front());
    pages_.erase(pages_.begin());
    if (emptied.capacity != usual_page(limits_)) return;
    emptied.used = 0;
    emptied.count = 0;
    emptied.keeps.clear();
    spare_ = std::move(emptied);
}

byte_journal::page& byte_journal::page_with_room(std::size_t size) {
    if (pages_.empty() || pages_.back().room() < size) pages_.push_back(new_page(size));
    return pages_.back();
}

byte_journal::page byte_journal::new_page(std::size_t size) {
    page made;
    if (spare_.capacity >= size) {
        made = std::exchange(spare_, {});
    } else {
        const auto doubled =
            pages_.empty() ? smallest_page : std::size_t{pages_.back().capacity} * 2;
        made.capacity =
            static_cast<std::uint32_t>(std::max(size, std::min(doubled, usual_page(limits_))));
        made.memory = std::make_unique_for_overwrite<char[]>(made.capacity);
    }
    made.first = added_;
    return made;
}

const byte_journal::page& byte_journal::page_of(std::uint64_t number) const {
    return *std::prev(std::ranges::upper_bound(pages_, number, {}, &page::first));
}

const char* byte_journal::operator[](std::size_t nth) const {
    const auto& of = page_of(evicted_ + nth);
    return of.memory.get() + of.offset(evicted_ + nth) + sizeof(std::uint64_t);
}

std::uint64_t byte_journal::seq(std::size_t nth) const {
    return read<std::uint64_t>((*this)[nth] - sizeof(std::uint64_t));
}

std::shared_ptr<const void> byte_journal::kept(std::size_t nth, const void* what) const {
    const auto& all = page_of(evicted_ + nth).keeps;
    const auto found = std::ranges::find(all, what, &std::shared_ptr<const void>::get);
    return found == all.end() ? nullptr : *found;
}

std::size_t byte_journal::first_after(std::uint64_t after) const {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (seq(middle) > after) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace nexo_mock::domain
