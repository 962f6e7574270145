#pragma once

#include <nexo_mock/control/host.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace nexo_mock::runtime {

/// Those who wait for a code to be sent to a number, in one account or in any. A waiter is an entry
/// here and nothing else; a send looks its number up, and only if anybody waits at all. Threads
/// share it.
class code_waiters {
 public:
    /// Called once, maybe under an account's lock: it must neither block nor visit an account.
    using wake = std::function<void(control::wait_end)>;

    struct ticket {
        std::string place;
        std::uint64_t number = 0;
    };

    ticket add(const control::scope& which, const control::code_wait& what, wake call);
    /// After this the waiter is not called any more, unless it is being called already.
    void remove(const ticket& of);

    void code_sent(std::string_view key, const domain::phone_number& phone, std::uint64_t seq);
    /// Those who wait in the scope are told of a reset; those who wait in any account go on, unless
    /// all are reset.
    void reset(const control::scope& which);

    /// All are told that the emulator stops, and so is, at once, whoever comes later.
    void stop();
    /// Nobody waits any more, and nobody is told.
    void clear();

    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
    struct entry {
        std::uint64_t number = 0;
        std::uint64_t after = 0;
        wake call;
    };
    using entries = std::unordered_multimap<std::string, entry>;

    void take(const std::string& place, std::uint64_t seq, std::vector<wake>& into);
    /// All whose place begins so.
    void end(std::string_view begins, control::wait_end how);

    std::mutex mutex_;
    entries entries_;
    std::uint64_t next_number_ = 1;
    bool is_stopped_ = false;
    std::atomic<std::size_t> size_ = 0;
};

}  // namespace nexo_mock::runtime
