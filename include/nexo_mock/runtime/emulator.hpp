#pragma once

#include <nexo_mock/api/accounts.hpp>
#include <nexo_mock/control/host.hpp>
#include <nexo_mock/runtime/account_registry.hpp>
#include <nexo_mock/runtime/effect_sink.hpp>

#include <atomic>
#include <mutex>

namespace nexo_mock::runtime {

struct emulator_settings {
    domain::scenario_ptr scenario;  ///< to begin with
    codec::clock_setting clock;
    std::uint64_t seed = 0;
    domain::world_limits world;
    std::size_t max_accounts = 100'000;
};

/// What a webhook attempt is made of.
struct outgoing_webhook {
    domain::webhook_event event;
    domain::webhook_target_ptr target;
    domain::duration timeout{};  ///< real time
};

/// All accounts and their time: it finds them, locks them, tells them the time and passes on what
/// they ask for. Threads share it; each call names the worker that takes the effects.
class emulator {
 public:
    using use_account = api::function_ref<void(account&, domain::time_point now)>;

    explicit emulator(emulator_settings settings);

    const emulator_settings& settings() const { return settings_; }
    /// The one that counts now.
    domain::scenario_ptr scenario() const;
    /// Every account goes on under another one (see domain::world::adopt), as those to come do.
    /// From any thread.
    void replace_scenario(domain::scenario_ptr changed);
    std::uint64_t next_seq() { return next_seq_.fetch_add(1, std::memory_order_relaxed); }

    /// Null, and why: malformed, not listed, or too many.
    account_ptr open(std::string_view key, api::admission& why_not);
    std::vector<account_ptr> accounts() const { return registry_.all(); }
    std::size_t account_count() const { return registry_.size(); }

    api::admission visit(std::string_view key, effect_sink& to, api::world_use use);

    /// Locks the account, runs what is due, calls `use`, sees to what that made due. False, and
    /// nothing was called, if the account is no longer in the registry.
    bool with(const account_ptr& of, effect_sink& to, use_account use);

    /// What a timer set by effect_sink::wake_at() calls.
    void run_due(const account_ptr& of, real_time set_for, effect_sink& to);

    // --- webhooks

    /// None if the attempt is no longer wanted; it counts as finished then.
    std::optional<outgoing_webhook> begin(const webhook_job& job);
    /// Whether an attempt that began is to be made still: no reset came in between.
    static bool still_wants(const webhook_job& job);
    /// Answers how the webhook stands then; none if it belongs to the past.
    std::optional<domain::event_state> finish(const webhook_job& job,
                                              domain::attempt_outcome outcome, effect_sink& to);

    /// Calls `then` once the first attempt of that delivery's first webhook has ended, or a reset
    /// has made it a thing of the past; at once if there is none. From any thread but not under
    /// the account's lock; `then` is called outside it.
    void when_first_attempt_ended(std::string_view key, std::uint64_t delivery,
                                  std::function<void()> then);

    // --- time

    /// Of accounts to come.
    sim_clock base_clock() const;
    void change_base_clock(const std::function<void(sim_clock&)>& change);
    /// Grows with each change_base_clock().
    std::uint64_t base_clock_generation() const;
    /// Moves it on, unless it was changed since.
    void jump_base_clock(domain::time_point to, std::uint64_t generation);

    // --- reset

    /// Every account disappears; those of the scenario come back on their next use.
    void reset();
    void reset(const account_ptr& of);

    /// Lets go of what waits for accounts to become quiet: at the end, nobody will.
    void forget_waiters();

    /// Webhooks that are on their way or wait for their turn.
    std::size_t outstanding() const { return outstanding_.load(std::memory_order_relaxed); }

    /// Hands out what is in `out`, under the account's lock; answers the jobs for the worker.
    std::vector<webhook_job> take_jobs(const account_ptr& of, const domain::effects& out);

 private:
    domain::world new_world(std::string_view key, domain::time_point began) const;
    sim_clock first_clock() const;
    account_ptr make_account(std::string_view key, std::uint64_t number);
    /// Runs all that is due now, under the lock; a clock of instant mode goes on to the last event.
    static void settle(account& of, domain::effects& out, real_time at);
    static std::optional<real_time> arm(account& of, real_time at);
    static bool is_wanted(const webhook_job& job);
    void job_done(account& of, std::vector<std::function<void()>>& quiet);

    emulator_settings settings_;
    std::mutex replacing_;
    mutable std::mutex scenario_mutex_;
    domain::scenario_ptr scenario_;
    domain::time_point start_;  // of clocks that do not follow the wall
    account_registry registry_;
    mutable std::mutex clock_mutex_;
    sim_clock base_clock_;
    std::uint64_t base_clock_generation_ = 0;
    std::atomic<std::uint64_t> next_seq_ = 1;
    std::atomic<std::size_t> outstanding_ = 0;
};

}  // namespace nexo_mock::runtime
