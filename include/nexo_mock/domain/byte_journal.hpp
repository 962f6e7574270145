#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace nexo_mock::domain {

/// How much is remembered: whichever bound is reached first.
struct journal_limits {
    std::size_t entries = 10'000;
    std::size_t bytes = std::numeric_limits<std::size_t>::max();
};

/// The latest entries of a list that never ends, each some bytes under a number: beyond the limits
/// the oldest make way and are counted. They lie one behind another in pages, so that an entry
/// costs its bytes and little more, none is ever copied, and a journal that is full allocates
/// nothing. The first page is small, and an empty journal owns no memory. Not for sharing between
/// threads.
class byte_journal {
 public:
    /// What an entry costs beside its own bytes.
    static constexpr std::size_t overhead = sizeof(std::uint64_t) + sizeof(std::uint32_t);

    /// `evicted` went before.
    explicit byte_journal(journal_limits limits, std::uint64_t evicted = 0);

    /// Makes room for the next entry and answers where its bytes are to be written. The newest
    /// entry is kept even if it alone is beyond the bytes of the limits. Null if no entry is kept
    /// at all; it counts as evicted then. `seq` must grow. What `keeps` holds lives as long.
    char* add(std::uint64_t seq, std::size_t size, const std::shared_ptr<const void>& keeps = {});

    std::size_t size() const { return static_cast<std::size_t>(added_ - evicted_); }
    std::uint64_t evicted() const { return evicted_; }
    /// Of all entries, with overhead.
    std::size_t bytes() const { return bytes_; }

    /// Of the n-th entry from the oldest, which is 0. Good until the next add().
    const char* operator[](std::size_t nth) const;
    std::uint64_t seq(std::size_t nth) const;
    /// What was given as `keeps` for that entry or one beside it; null if nothing was.
    std::shared_ptr<const void> kept(std::size_t nth, const void* what) const;

    /// The place of the first entry whose seq is above `after`; size() if there is none.
    std::size_t first_after(std::uint64_t after) const;

 private:
    // Entries from the front, their offsets from the back.
    struct page {
        std::unique_ptr<char[]> memory;
        std::uint32_t capacity = 0;
        std::uint32_t used = 0;   // by entries
        std::uint32_t count = 0;  // of entries, evicted ones included
        std::uint64_t first = 0;  // number of its first entry, from 0, over all there ever were
        std::vector<std::shared_ptr<const void>> keeps;

        std::size_t offset(std::uint64_t number) const;
        std::size_t room() const;
        char* append(std::size_t size);
        std::size_t cost(std::uint64_t number) const;
    };

    const page& page_of(std::uint64_t number) const;
    page& page_with_room(std::size_t size);
    page new_page(std::size_t size);
    void evict_oldest();
    void recycle_oldest();

    journal_limits limits_;
    std::uint64_t evicted_;
    std::uint64_t added_;
    std::size_t bytes_ = 0;
    std::vector<page> pages_;
    page spare_;  // an emptied one, for the next
};

}  // namespace nexo_mock::domain
