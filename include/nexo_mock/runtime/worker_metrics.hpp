#pragma once

#include <nexo_mock/domain/rule.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace nexo_mock::runtime {

/// A number that one thread writes and any may read; writing costs no more than a plain number.
class tally {
 public:
    void add(std::uint64_t more) {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<std::uint64_t> value_ = 0;
};

/// How often durations were within which bounds. One thread writes, any may read.
class histogram {
 public:
    using duration = std::chrono::nanoseconds;
    /// Upper bounds in microseconds, included; longer ones are counted as well.
    static constexpr std::array<std::uint32_t, 18> bounds_us{
        10,    25,    50,    100,    250,    500,    750,     1'000,   1'500,
        2'000, 3'000, 5'000, 10'000, 20'000, 30'000, 100'000, 500'000, 2'500'000};

    void add(duration lasted) {
        std::size_t place = 0;
        while (place < bounds_us.size() && lasted > std::chrono::microseconds{bounds_us[place]})
            ++place;
        counts_[place].add(1);
        sum_ns_.add(static_cast<std::uint64_t>(lasted.count() > 0 ? lasted.count() : 0));
    }

    /// In that bucket alone; the last one has no upper bound.
    std::uint64_t count(std::size_t bucket) const { return counts_[bucket].value(); }
    std::uint64_t sum_ns() const { return sum_ns_.value(); }

 private:
    std::array<tally, bounds_us.size() + 1> counts_;
    tally sum_ns_;
};

/// What a call is counted as.
enum class call_kind : std::uint8_t { send_otp, deliveries, balance, control, other };

inline constexpr std::size_t call_kinds = 5;

inline call_kind kind_of(std::optional<domain::endpoint> call) {
    return call ? static_cast<call_kind>(*call) : call_kind::other;
}

/// What one worker counts. Its thread writes, any may read.
class worker_metrics {
 public:
    /// Statuses from 0, which is no reply, to 599; others are not counted by themselves.
    static constexpr std::size_t statuses = 600;

    void count_call(call_kind kind, int status, histogram::duration lasted) {
        const auto which = static_cast<std::size_t>(kind);
        const auto code = static_cast<std::size_t>(status);
        calls_[which][code < statuses ? code : 0].add(1);
        durations_[which].add(lasted);
    }
    void count_wake(histogram::duration late) { lateness_.add(late); }

    std::uint64_t calls(call_kind kind, std::size_t status) const {
        return calls_[static_cast<std::size_t>(kind)][status].value();
    }
    const histogram& durations(call_kind kind) const {
        return durations_[static_cast<std::size_t>(kind)];
    }
    const histogram& lateness() const { return lateness_; }

 private:
    std::array<std::array<tally, statuses>, call_kinds> calls_;
    std::array<histogram, call_kinds> durations_;
    histogram lateness_;
};

}  // namespace nexo_mock::runtime
