#pragma once

#include <nexo_mock/domain/world.hpp>
#include <nexo_mock/runtime/sim_clock.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace nexo_mock::runtime {

/// One account as the threads share it: its world and clock behind a mutex, held only around calls
/// that neither block nor wait.
struct account {
    account(std::string of, std::uint64_t nth, const sim_clock& time, domain::world begun)
        : key{std::move(of)}, number{nth}, clock{time}, world{std::move(begun)} {}

    const std::string key;
    const std::uint64_t number;  ///< in order of appearance

    std::mutex mutex;  // guards everything below

    sim_clock clock;
    domain::world world;
    /// Grows with each reset; what began under an older one belongs to the past.
    std::uint64_t epoch = 0;
    /// Its scenario is its own; a change of the one of all does not touch it.
    bool has_own_scenario = false;
    /// No longer in the registry: look the key up again.
    bool is_retired = false;
    /// The real times timers were set for and have not come, latest first.
    std::vector<real_time> armed;
    /// Webhook attempts handed out and not finished.
    std::size_t outstanding = 0;
    /// What an advance under way is told of: all that happens until it ends. Null: none is.
    domain::effects* watched_by = nullptr;
    /// Called, outside the lock, once nothing is outstanding, the advance or the epoch ends.
    std::vector<std::function<void()>> when_quiet;
    /// By delivery: called, outside the lock, once the first attempt of its first webhook ended.
    std::unordered_multimap<std::uint64_t, std::function<void()>> when_attempt_ended;

    void take_waiters(std::uint64_t delivery, std::vector<std::function<void()>>& into) {
        const auto [begin, end] = when_attempt_ended.equal_range(delivery);
        for (auto it = begin; it != end; ++it)
            into.push_back(std::move(it->second));
        when_attempt_ended.erase(begin, end);
    }
    void take_all_waiters(std::vector<std::function<void()>>& into) {
        for (auto& [delivery, waiter] : when_attempt_ended)
            into.push_back(std::move(waiter));
        when_attempt_ended.clear();
    }
};

using account_ptr = std::shared_ptr<account>;

/// An account as it was at some moment: a later epoch means that a reset came in between.
struct account_moment {
    account_ptr of;  ///< null: no account
    std::uint64_t epoch = 0;
    domain::time_point at;  ///< by its clock
};

/// An attempt that is made by hand, and who wants to know how it ended.
struct attempt_by_hand {
    domain::extra_attempt attempt;
    std::function<void(std::optional<domain::sent_attempt>)> done;
};

/// An attempt to send a webhook, as it waits for its turn.
struct webhook_job {
    account_ptr of;
    std::uint64_t epoch = 0;
    domain::attempt_ref attempt;
    std::shared_ptr<attempt_by_hand> by_hand;  ///< null: the attempt is one of the ledger's
};

}  // namespace nexo_mock::runtime
