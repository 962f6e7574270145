#pragma once

#include <nexo_mock/api/accounts.hpp>
#include <nexo_mock/api/message.hpp>
#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/emulator_state.hpp>
#include <nexo_mock/control/host.hpp>
#include <nexo_mock/runtime/account_registry.hpp>
#include <nexo_mock/runtime/code_waiters.hpp>
#include <nexo_mock/runtime/effect_sink.hpp>
#include <nexo_mock/runtime/event_bus.hpp>

#include <atomic>
#include <mutex>
#include <span>

namespace nexo_mock::runtime {

struct emulator_settings {
    domain::scenario_ptr scenario;              ///< to begin with
    domain::webhook_target_ptr webhook_target;  ///< of scenarios that are put and name none
    codec::allowed_targets webhook_allow;       ///< where webhooks may go
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
    std::uint64_t next_seq() { return next_seq_.fetch_add(1, std::memory_order_relaxed); }
    control::next_numbers numbers() const;
    event_bus& events() { return events_; }
    code_waiters& waiters() { return waiters_; }
    /// Workers announce themselves before any of them is started.
    void add_worker(effect_sink& worker) { workers_.push_back(&worker); }
    const std::vector<effect_sink*>& workers() const { return workers_; }

    // --- scenarios: from any thread

    /// The one of all accounts that have none of their own.
    domain::scenario_ptr scenario() const;
    domain::scenario_ptr start_scenario() const;
    domain::scenario_ptr scenario_of(const account_ptr& of) const;
    /// Every account goes on under another one (see domain::world::adopt), as those to come do.
    /// Those that have their own keep it, unless `all` says otherwise.
    enum class own_scenarios : std::uint8_t { stay, end };
    void replace_scenario(domain::scenario_ptr changed, own_scenarios others);
    /// The same, and it is the one to come back to with restore_scenario() and reset(), as if the
    /// emulator had been started with it. Own ones stay.
    void restart_scenario(domain::scenario_ptr changed);
    void replace_scenario(const account_ptr& of, domain::scenario_ptr own);
    void restore_scenario();
    void restore_scenario(const account_ptr& of);
    /// Every account has the rule before its others, and those to come.
    void put_rule(const domain::rule& first);
    void put_rule(const account_ptr& of, const domain::rule& first);

    /// Null, and why: malformed, not listed, or too many.
    account_ptr open(std::string_view key, api::admission& why_not);
    std::vector<account_ptr> accounts() const { return registry_.all(); }
    std::size_t account_count() const { return registry_.size(); }

    /// A call of the vendor's API: `use` is called on the world of that key, and then the call is
    /// remembered as it is by now, if one is given. `seen`, if given, is told which account it was.
    struct call_made {
        const api::request& in;
        const api::response& out;
    };
    api::admission visit(std::string_view key, effect_sink& to, api::world_use use,
                         account_moment* seen = nullptr, const call_made* call = nullptr);

    // --- the journal of calls

    /// Remembers a call that visited no world, in the account if there is one. One that belongs to
    /// the past is forgotten.
    void record(const account_moment& by, const api::request& in, const api::response& out);
    /// The account of that key as it is now; none if there is none yet.
    account_moment moment_of(std::string_view key) const;
    /// Bytes that were no HTTP request.
    void record_refused(int status, std::string_view error, std::string_view why);
    void visit_strangers(api::function_ref<void(const domain::call_journal&)> use) const;
    /// Whether a reset came since.
    static bool is_past(const account_moment& then);

    /// Locks the account, runs what is due, calls `use`, sees to what that made due. False, and
    /// nothing was called, if the account is no longer in the registry.
    bool with(const account_ptr& of, effect_sink& to, use_account use);

    /// What a timer set by effect_sink::wake_at() calls. Runs what is due, or the first part of it,
    /// and asks to be woken for the rest.
    void run_due(const account_ptr& of, real_time set_for, effect_sink& to);

    // --- webhooks

    /// None if the attempt is no longer wanted; it counts as finished then.
    std::optional<outgoing_webhook> begin(const webhook_job& job);
    /// Whether an attempt that began is to be made still: no reset came in between.
    static bool still_wants(const webhook_job& job);
    /// Hands an attempt by hand to the worker.
    void submit_by_hand(webhook_job job, effect_sink& to);
    /// An attempt by hand has ended; its `done` is called.
    void finish_by_hand(const webhook_job& job, domain::attempt_outcome outcome, effect_sink& to);
    /// Answers how the webhook stands then; none if it belongs to the past.
    std::optional<domain::event_state> finish(const webhook_job& job,
                                              domain::attempt_outcome outcome, effect_sink& to);

    /// Calls `then` once the first attempt of that delivery's first webhook has ended, or a reset
    /// has made it a thing of the past; at once if there is none. From any thread but not under
    /// the account's lock; `then` is called outside it.
    void when_first_attempt_ended(const account_moment& by, std::uint64_t delivery,
                                  std::function<void()> then);

    // --- time

    /// Of accounts to come.
    sim_clock base_clock() const;
    void change_base_clock(const std::function<void(sim_clock&)>& change);
    /// Grows with each change_base_clock().
    std::uint64_t base_clock_generation() const;
    /// Moves it on, unless it was changed since: false.
    bool jump_base_clock(domain::time_point to, std::uint64_t generation);

    // --- reset

    /// Every account disappears; those of the scenario come back on their next use.
    void reset();
    void reset(const account_ptr& of);
    /// These are no longer in the registry: what is in flight in them belongs to the past.
    void retire(const std::vector<account_ptr>& gone);
    /// Has every worker end what belongs to the past, then calls `done` on one of their threads.
    void end_past(std::function<void()> done);

    // --- everything

    codec::emulator_state state() const;
    /// Goes on from there; what there is goes, as by a reset. Of any thread if `to` is started.
    void resume(const codec::emulator_state& from, effect_sink& to);
    std::uint64_t seed() const { return seed_; }

    /// Lets go of what waits for accounts to become quiet or for codes, which holds what belongs to
    /// the workers: at the end, nobody will.
    void forget_waiters();

    /// Webhooks that are on their way or wait for their turn.
    std::size_t outstanding() const { return outstanding_.load(std::memory_order_relaxed); }

    /// Tells followers of the deliveries that changed; under the account's lock.
    void publish_changes(const account& of, std::span<const domain::effect> changes);

    /// Hands out what is in `out`, under the account's lock; answers the jobs for the worker.
    std::vector<webhook_job> take_jobs(const account_ptr& of, const domain::effects& out);

 private:
    using use_effects = api::function_ref<void(account&, real_time at, domain::effects& out)>;

    /// Locks the account, calls `use`, and hands on what `use` put into `out`. False, and nothing
    /// was called, if the account is no longer in the registry.
    bool in(const account_ptr& of, effect_sink& to, use_effects use);
    /// Under the lock: runs what is due, calls `use`, sees to what that made due.
    void call_world(account& of, real_time at, domain::effects& out, use_account use);
    domain::world new_world(std::string_view key, domain::time_point began) const;
    sim_clock first_clock() const;
    account_ptr make_account(std::string_view key, std::uint64_t number);
    std::vector<account_ptr> restored_accounts(const codec::emulator_state& from) const;
    /// Runs all that is due now, under the lock; a clock of instant mode goes on to the last event.
    static void settle(account& of, domain::effects& out, real_time at);
    static std::optional<real_time> arm(account& of, real_time at);
    static bool is_wanted(const webhook_job& job);
    void job_done(account& of, std::vector<std::function<void()>>& quiet);
    /// Under the lock.
    void remember(account& of, const call_made& call, domain::time_point now);
    /// Tells those who wait or follow of deliveries that were accepted since; under the lock.
    void announce_sends(account& of, std::uint64_t first_new);
    void publish_attempt(const account& of, const domain::sent_attempt& made);
    void publish_delivery(const account& of, std::uint64_t ordinal,
                          const domain::past_change& change);
    /// Makes a scenario with the rule in front, once for each scenario there is.
    class front_rule;

    emulator_settings settings_;
    std::atomic<std::uint64_t> seed_;
    std::mutex replacing_;
    mutable std::mutex scenario_mutex_;
    domain::scenario_ptr start_scenario_;
    domain::scenario_ptr scenario_;
    domain::time_point start_;  // of clocks that do not follow the wall
    account_registry registry_;
    mutable std::mutex clock_mutex_;
    sim_clock base_clock_;
    std::uint64_t base_clock_generation_ = 0;
    std::atomic<std::uint64_t> next_seq_ = 1;
    std::atomic<std::uint64_t> next_call_ = 1;
    std::atomic<std::uint64_t> next_attempt_ = 1;
    std::atomic<std::size_t> outstanding_ = 0;
    mutable std::mutex strangers_mutex_;
    domain::call_journal strangers_;
    code_waiters waiters_;
    event_bus events_;
    std::vector<effect_sink*> workers_;
};

}  // namespace nexo_mock::runtime
