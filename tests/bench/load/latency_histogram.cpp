#include "latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bench {

namespace {

// Each power of two is cut into that many buckets; what is shorter than them has a bucket each.
constexpr unsigned bits = 7;
constexpr std::uint64_t parts = std::uint64_t{1} << bits;
constexpr std::size_t buckets = (64 - bits + 1) * parts;

std::size_t bucket_of(std::uint64_t value) {
    if (value < parts) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
    return (shift + 1) * parts + ((value >> shift) - parts);
}

std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < parts) return bucket;
    const auto shift = bucket / parts - 1;
    return ((bucket % parts + parts + 1) << shift) - 1;
}

}  // namespace

latency_histogram::latency_histogram() : counts_(buckets) {}

void latency_histogram::add(duration lasted) {
    ++counts_[bucket_of(static_cast<std::uint64_t>(std::max(lasted, duration{0}).count()))];
    ++count_;
    longest_ = std::max(longest_, lasted);
}

void latency_histogram::clear() {
    std::ranges::fill(counts_, 0);
    count_ = 0;
    longest_ = duration{0};
}

latency_histogram::duration latency_histogram::quantile(double share) const {
    if (count_ == 0) return duration{0};
    const auto wanted = static_cast<std::uint64_t>(
        std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        seen += counts_[bucket];
        if (seen >= wanted && seen > 0) {
            return std::min(duration{static_cast<duration::rep>(upper_end(bucket))}, longest_);
        }
    }
    return longest_;
}

}  // namespace bench
