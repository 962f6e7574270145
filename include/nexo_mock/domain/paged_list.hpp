#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace nexo_mock::domain {

/// A list of plain values that grows and shrinks at its end, in pages: none of them is copied as
/// the list grows beyond the first page, and pages go as it shrinks. An empty one owns no memory
/// until it is used. Not for sharing between threads.
template <class T>
class paged_list {
 public:
    static constexpr std::size_t page_size = 256;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](std::size_t at) { return pages_[at / page_size][at % page_size]; }
    const T& operator[](std::size_t at) const { return pages_[at / page_size][at % page_size]; }
    const T& back() const { return (*this)[size_ - 1]; }

    void push_back(const T& value) {
        if (size_ == capacity_) grow();
        (*this)[size_++] = value;
    }

    /// One page too many is kept, so that a list which grows and shrinks allocates nothing.
    void pop_back() {
        --size_;
        if (capacity_ - size_ < 2 * page_size) return;
        pages_.pop_back();
        capacity_ -= page_size;
    }

 private:
    static constexpr std::size_t smallest = 8;

    void grow() {
        const auto in_page = capacity_ % page_size;
        const bool is_new = in_page == 0 && capacity_ != 0;
        if (is_new || capacity_ == 0) {
            const auto size = capacity_ == 0 ? smallest : page_size;
            pages_.push_back(std::make_unique_for_overwrite<T[]>(size));
            capacity_ += size;
            return;
        }
        auto larger = std::make_unique_for_overwrite<T[]>(in_page * 2);  // of the first page alone
        std::copy_n(pages_.front().get(), size_, larger.get());
        pages_.front() = std::move(larger);
        capacity_ *= 2;
    }

    std::vector<std::unique_ptr<T[]>> pages_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace nexo_mock::domain
