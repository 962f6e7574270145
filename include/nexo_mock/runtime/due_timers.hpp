#pragma once

#include <nexo_mock/runtime/account.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace nexo_mock::runtime {

/// Wakes accounts at real times: one timer over a heap of them, set to the earliest. On the thread
/// of its io_context.
///
/// Each firing costs two system calls, so there is at most one in `grain`: what comes alone is
/// woken at its time, what comes in a crowd up to `grain` later. What was due at the last firing
/// already, the rest of a turn, does not wait for that.
class due_timers {
 public:
    static constexpr std::chrono::microseconds grain{500};

    using wake = std::function<void(const account_ptr& of, real_time set_for)>;

    due_timers(boost::asio::io_context& context, wake call)
        : timer_{context}, wake_{std::move(call)} {}

    void add(real_time when, const account_ptr& of);
    void stop();

    /// When to fire for what is due at `due`, if that was last done at `fired`.
    static real_time next_firing(real_time due, real_time fired) {
        return due <= fired ? due : std::max(due, fired + grain);
    }

 private:
    struct entry {
        real_time when;
        std::weak_ptr<account> of;  // a world that was reset away is not kept for its timers
    };
    static bool later(const entry& a, const entry& b) { return a.when > b.when; }

    void arm();
    void fire();

    std::vector<entry> heap_;
    std::vector<entry> due_;  // those being woken; what they ask for waits until others had a turn
    boost::asio::steady_timer timer_;
    std::optional<real_time> armed_;
    real_time fired_;  // when that was last
    wake wake_;
    bool stopped_ = false;
};

}  // namespace nexo_mock::runtime
