#pragma once

#include <nexo_mock/api/accounts.hpp>
#include <nexo_mock/api/reply_stream.hpp>
#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/codec/emulator_state.hpp>
#include <nexo_mock/control/scope.hpp>
#include <nexo_mock/domain/world.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::control {

/// One account, as a control call gets to see and change it. Good for the length of a visit.
struct visited_account {
    domain::world& world;
    domain::time_point now;
    std::uint64_t number = 0;  ///< in order of appearance, from 0
    codec::clock_setting clock;
    bool has_own_scenario = false;  ///< not the one of all
};

using account_use = api::function_ref<void(const visited_account&)>;

struct clock_view {
    codec::clock_setting setting;
    domain::time_point now;
    std::optional<domain::time_point> next_due;  ///< earliest in the scope
};

/// What PUT /_mock/clock asks for; what is absent stays as it is.
struct clock_change {
    std::optional<codec::clock_setting> setting;
    std::optional<domain::time_point> now;
};

/// Where an advance ends.
struct advance_goal {
    enum class kind : std::uint8_t {
        by,    ///< after `length`
        next,  ///< when the earliest due event in the scope has run
        idle,  ///< when nothing is due any more
    };
    kind until = kind::by;
    domain::duration length{};
};

/// One thing that an advance made happen.
struct fired_event {
    domain::time_point at;
    std::optional<domain::delivery_id> delivery;  ///< always set
    /// A status change, or else an attempt to send a webhook.
    std::optional<domain::delivery_status> status;
    std::uint32_t attempt = 0;
    domain::attempt_outcome outcome;  ///< of the attempt
    std::size_t order = 0;            ///< among all that fired
};

struct advance_report {
    /// Longer lists are cut to their first entries; `total` counts all.
    static constexpr std::size_t max_listed = 10'000;

    bool clock_is_manual = true;  ///< false: refused, nothing happened
    domain::time_point now;
    std::vector<fired_event> fired;  ///< in order of time
    std::size_t total = 0;

    void add(fired_event event) {
        event.order = total++;
        if (event.order < max_listed) fired.push_back(std::move(event));
    }
};

struct health_view {
    std::string scenario;
    std::string clock;
    std::uint64_t seed = 0;
    std::chrono::seconds uptime{};
    std::size_t accounts = 0;
    domain::world_counts deliveries;
    domain::webhook_totals webhooks;
};

/// A code that was sent, as those who wait for it get it.
struct code_view {
    domain::delivery_id id;
    domain::phone_number phone;
    domain::otp_code code;
    std::uint64_t seq = 0;
    domain::time_point created;
};

/// What a wait for a code is about.
struct code_wait {
    domain::phone_number phone;
    std::uint64_t after = 0;              ///< only codes with a greater seq
    std::chrono::microseconds longest{};  ///< real time
};

enum class wait_end : std::uint8_t {
    found,
    time_out,
    reset,
    stop,  ///< of the emulator
};

/// The numbers that the next entries of the journals get: what a list shows ends before them, so
/// that whoever pages by number misses nothing that other threads are about to add.
struct next_numbers {
    std::uint64_t delivery = 1;
    std::uint64_t call = 1;
    std::uint64_t attempt = 1;
    std::uint64_t account = 0;
};

/// The newest such code of an account.
std::optional<code_view> find_code(const domain::world& world, const code_wait& what);

/// What the control API needs of the emulator; the runtime has it. One for each worker thread.
/// Scopes of one account must have been opened.
class host {
 public:
    virtual ~host() = default;

    // --- accounts

    /// Makes the account of a scope appear, if it is one that may be.
    virtual api::admission open(const scope& which) = 0;

    /// Calls `use` for each account in the scope, locked and advanced to its now, in the order in
    /// which they appeared. What it makes due is seen to afterwards. `use` must not block.
    virtual void visit(const scope& which, account_use use) = 0;

    virtual health_view health() = 0;
    /// The whole text of GET /metrics.
    virtual std::string metrics() = 0;

    // --- what happened

    virtual next_numbers numbers() = 0;
    /// Calls that belong to no account: bad keys, unknown paths, what is no HTTP.
    virtual void visit_strangers(api::function_ref<void(const domain::call_journal&)> use) = 0;

    /// Calls `done` once, on this worker's thread, never before it returns: as soon as there is
    /// such a code (at once if there is one already), the time is up, a reset came or the emulator
    /// is stopped. The result, to be called on this thread, ends the wait early, as if the time
    /// were up.
    virtual std::function<void()> wait_for_code(const scope& which, const code_wait& what,
                                                std::function<void(wait_end)> done) = 0;

    /// Events from now on, or behind the number of one that was seen.
    virtual std::shared_ptr<api::reply_stream> events(const scope& which,
                                                      std::optional<std::uint64_t> seen) = 0;

    // --- webhooks by hand

    using choose_attempt = api::function_ref<std::optional<domain::extra_attempt>(
        domain::world&, domain::time_point now)>;

    using attempt_done = std::function<void(std::optional<domain::sent_attempt>)>;
    /// Makes an attempt_done for the account of that key.
    using expect_attempt = api::function_ref<attempt_done(std::string key)>;

    /// Makes the attempt that `choose` finds in the first account that has one. What `expect` made
    /// gets it when it has ended, or nothing if a reset came in between, on this worker's thread.
    /// False, and `expect` is not called, if no account has one.
    virtual bool send_by_hand(const scope& which, choose_attempt choose, expect_attempt expect) = 0;

    /// Where webhooks may go.
    virtual const codec::allowed_targets& allowed_targets() = 0;

    // --- scenario

    /// The one that counts: of the account, or of all.
    virtual domain::scenario_ptr scenario(const scope& which) = 0;
    /// The one that restore_scenario() of all comes back to.
    virtual domain::scenario_ptr start_scenario() = 0;
    /// Goes on under another one: the account alone, or all of them and those to come.
    virtual void replace_scenario(const scope& which, domain::scenario_ptr changed) = 0;
    /// Back: the account to the one of all, all of them to the one of the start.
    virtual void restore_scenario(const scope& which) = 0;
    /// Each account of the scope gets the rule before its others.
    virtual void put_rule(const scope& which, const domain::rule& first) = 0;

    // --- time

    virtual clock_view clock(const scope& which) = 0;

    /// Of all accounts, the change is for those to come too. Answers why not, or nothing.
    virtual std::optional<std::string> change_clock(const scope& which,
                                                    const clock_change& change) = 0;

    /// Runs what falls due up to the goal, one event at a time, each at its own time, webhooks
    /// awaited. Calls `done` once, from any thread, maybe before it returns.
    virtual void advance(const scope& which, const advance_goal& goal,
                         std::function<void(advance_report)> done) = 0;

    /// Back to the start-up state. Calls `done`, from any thread, once all that was in flight has
    /// been ended.
    virtual void reset(const scope& which, std::function<void()> done) = 0;

    // --- everything

    virtual codec::emulator_state state() = 0;
    /// Puts it in the place of what there is; `done` as for a reset.
    virtual void resume(const codec::emulator_state& from, std::function<void()> done) = 0;
};

}  // namespace nexo_mock::control
