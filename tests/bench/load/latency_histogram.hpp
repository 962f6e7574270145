#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// Counts durations in buckets that are less than one percent wide, from 1 ns to hours.
class latency_histogram {
 public:
    using duration = std::chrono::nanoseconds;

    latency_histogram();

    void add(duration lasted);
    void clear();

    std::uint64_t count() const { return count_; }
    /// The longest, exactly.
    duration longest() const { return longest_; }
    /// The upper end of the bucket that holds this share of them (0 to 1); zero if there are none.
    duration quantile(double share) const;

 private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    duration longest_{0};
};

}  // namespace bench
