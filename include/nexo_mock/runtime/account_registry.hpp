#pragma once

#include <nexo_mock/runtime/account.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nexo_mock::runtime {

/// All accounts by key. Threads may share it: the map is in stripes, each with a mutex of its own.
class account_registry {
 public:
    explicit account_registry(std::size_t max_accounts) : max_accounts_{max_accounts} {}

    /// Null if there is none.
    account_ptr find(std::string_view key) const;

    /// The account of that key, made by `make(number)` if there is none; null if there are as many
    /// as there may be. `make` is called under the stripe's lock.
    account_ptr find_or_add(std::string_view key,
                            const std::function<account_ptr(std::uint64_t number)>& make);

    /// Adds accounts that were somewhere before, and answers those they take the place of. Numbers
    /// go on behind theirs.
    std::vector<account_ptr> put(const std::vector<account_ptr>& accounts);

    /// In order of appearance.
    std::vector<account_ptr> all() const;

    /// Empties it, and answers what was in it.
    std::vector<account_ptr> clear();

    /// Those of the accounts that are there now are below it.
    std::uint64_t next_number() const { return next_number_.load(); }
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
    struct key_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
    };
    struct stripe {
        mutable std::mutex mutex;
        std::unordered_map<std::string, account_ptr, key_hash, std::equal_to<>> accounts;
    };
    static constexpr std::size_t stripe_count = 64;

    stripe& stripe_of(std::string_view key) { return stripes_[key_hash{}(key) % stripe_count]; }
    const stripe& stripe_of(std::string_view key) const {
        return stripes_[key_hash{}(key) % stripe_count];
    }

    std::size_t max_accounts_;
    std::array<stripe, stripe_count> stripes_;
    std::atomic<std::size_t> size_ = 0;
    std::atomic<std::uint64_t> next_number_ = 0;
};

}  // namespace nexo_mock::runtime
