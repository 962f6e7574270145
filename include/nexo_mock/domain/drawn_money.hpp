#pragma once

#include <nexo_mock/domain/wallet.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace nexo_mock::domain {

/// What a send drew of the three buckets, exactly, in eight bytes: nearly every send draws from
/// one bucket alone. What came from several, or is not between 0 and 2^60 micro-dollars, lies on
/// the heap. It can't be changed.
class drawn_money {
 public:
    drawn_money() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): it is the same value
    drawn_money(const bucket_amounts& drawn);
    drawn_money(const drawn_money& other) : drawn_money{other.amounts()} {}
    drawn_money(drawn_money&& other) noexcept : bits_{other.bits_} { other.bits_ = 0; }
    drawn_money& operator=(drawn_money other) noexcept {
        std::swap(bits_, other.bits_);
        return *this;
    }
    ~drawn_money() {
        if (is_on_heap()) const std::unique_ptr<bucket_amounts> owned{on_heap()};
    }

    bucket_amounts amounts() const;
    money total() const;

 private:
    // The lower two bits: the bucket of the amount that is in the others; or the bits are the
    // address of a bucket_amounts with both of these bits set.
    static constexpr std::uint64_t tag = 3;

    bool is_on_heap() const { return (bits_ & tag) == tag; }
    bucket_amounts* on_heap() const;

    std::uint64_t bits_ = 0;
};

}  // namespace nexo_mock::domain
