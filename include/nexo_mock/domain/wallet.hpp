#pragma once

#include <nexo_mock/domain/money.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nexo_mock::domain {

/// The three buckets of a wallet; the names are the vendor's [D].
enum class bucket : std::uint8_t { balance, bonus_credit, free_credit };

inline constexpr std::array all_buckets{bucket::balance, bucket::bonus_credit, bucket::free_credit};

std::string_view name(bucket which);

/// One amount for each bucket.
class bucket_amounts {
 public:
    constexpr bucket_amounts() = default;
    constexpr bucket_amounts(money balance, money bonus_credit, money free_credit)
        : amounts_{balance, bonus_credit, free_credit} {}

    constexpr money& operator[](bucket which) { return amounts_[static_cast<std::size_t>(which)]; }
    constexpr money operator[](bucket which) const {
        return amounts_[static_cast<std::size_t>(which)];
    }
    constexpr money total() const { return amounts_[0] + amounts_[1] + amounts_[2]; }

    friend constexpr bool operator==(const bucket_amounts&, const bucket_amounts&) = default;

 private:
    std::array<money, 3> amounts_{};
};

/// In which order a send draws from the buckets.
using spend_order = std::array<bucket, 3>;

/// free_credit, then bonus_credit, then balance [A].
inline constexpr spend_order default_spend_order{bucket::free_credit, bucket::bonus_credit,
                                                 bucket::balance};

/// An account's money. What was drawn for a send is held until the send is settled: charged when
/// the code reached the user, else given back to the very buckets it came from [I].
///
/// Invariant, at all times: deposited() == amounts().total() + held() + charged().
/// Not for sharing between threads.
class wallet {
 public:
    explicit wallet(const bucket_amounts& opening);
    /// One in use: what it holds for sends, and what was charged, was deposited before.
    wallet(const bucket_amounts& amounts, money held, money charged);

    const bucket_amounts& amounts() const { return amounts_; }
    money total() const { return amounts_.total(); }
    money deposited() const { return deposited_; }
    money held() const { return held_; }
    money charged() const { return charged_; }

    /// Takes `cost` out of the buckets in that order, one send spanning several if it must, and
    /// says what came from where. None, and nothing is taken, if all of them together hold less.
    std::optional<bucket_amounts> hold(money cost, const spend_order& order);

    /// Ends a hold: the money is spent. `drawn` must come from hold() and be settled once.
    void charge(const bucket_amounts& drawn);

    /// Ends a hold: the money goes back where it came from. As charge(), once for each hold.
    void refund(const bucket_amounts& drawn);

    /// Adds money from outside; a negative amount is taken away.
    void deposit(bucket into, money amount);

    /// Makes a bucket hold that amount, by money from outside or to there.
    void set(bucket which, money amount) { deposit(which, amount - amounts_[which]); }

    friend bool operator==(const wallet&, const wallet&) = default;

 private:
    bucket_amounts amounts_;
    money deposited_;
    money held_;
    money charged_;
};

}  // namespace nexo_mock::domain
