#pragma once

#include <nexo_mock/api/reply_stream.hpp>
#include <nexo_mock/control/scope.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::runtime {

/// The latest events, for those who follow them. Nothing is recorded until the first one comes. A
/// follower is a place in the list and has no buffer of its own: one that is so slow that its place
/// is no longer in the list is told so, and dropped. Threads share it.
class event_bus {
 public:
    static constexpr std::size_t most_kept = 10'000;

    event_bus();
    ~event_bus();
    event_bus(const event_bus&) = delete;
    event_bus& operator=(const event_bus&) = delete;

    /// Whether publish() does anything: what it takes need not be made up otherwise.
    bool is_on() const { return is_on_.load(std::memory_order_relaxed); }

    /// The key of what belongs to no account: only who follows all of them is told.
    static constexpr std::string_view nobody = "-";

    /// Of the account of that key, or of all of them if it is empty. `data` is JSON. Followers are
    /// woken, never waited for; an account's lock may be held.
    void publish(std::string_view key, std::string_view type, std::string_view data);

    /// Server-Sent Events from now on, or behind the number of the last that was seen: a "gap"
    /// tells of those that are gone.
    std::shared_ptr<api::reply_stream> follow(const control::scope& which,
                                              std::optional<std::uint64_t> seen);

    std::size_t followers() const;
    /// Events that are no longer kept.
    std::uint64_t evicted() const;

 private:
    struct list;
    class follower;

    std::atomic<bool> is_on_ = false;
    std::shared_ptr<list> list_;
};

}  // namespace nexo_mock::runtime
