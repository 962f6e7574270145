#pragma once

#include <cstdint>
#include <string_view>

namespace nexo_mock::domain {

/// A stream of random numbers that is a pure function of its key: the same key gives the same
/// numbers on every machine, whatever else happened before. Not for secrets.
///
/// Streams are derived, never shared: a decision takes the stream of its own key, so that neither
/// thread timing nor an unrelated request can change what it draws.
class random_stream {
 public:
    constexpr explicit random_stream(std::uint64_t key) : state_{key} {}

    /// A stream of its own for `part` of what this one's key stands for. Draws nothing.
    constexpr random_stream derive(std::uint64_t part) const {
        return random_stream{scramble(state_ + golden) ^ scramble(part * golden + 1)};
    }
    constexpr random_stream derive(std::string_view part) const {
        auto hash = std::uint64_t{0xcbf29ce484222325};  // FNV-1a
        for (const char c : part)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return derive(hash);
    }

    /// The next 64 bits.
    constexpr std::uint64_t next() { return scramble(state_ += golden); }

    /// Uniform in [0, 1), with 53 bits.
    constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    /// Uniform in [low, high], both included; low must not be above high.
    std::int64_t between(std::int64_t low, std::int64_t high);

    /// Normally distributed around 0 with deviation 1.
    double normal();

 private:
    static constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    static constexpr std::uint64_t scramble(std::uint64_t bits) {
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }

    std::uint64_t state_;
};

}  // namespace nexo_mock::domain
