#pragma once

#include <nexo_mock/domain/api_error.hpp>
#include <nexo_mock/domain/delivery_store.hpp>
#include <nexo_mock/domain/due_queue.hpp>
#include <nexo_mock/domain/effect.hpp>
#include <nexo_mock/domain/journal.hpp>
#include <nexo_mock/domain/rule_engine.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace nexo_mock::domain {

/// A call that was not granted. `scripted` is set when a rule refused it, which then may also say
/// the status, headers and body; it points into the scenario of `keeps`. A call that a rule lost
/// has `by` and the fault in `manner`, and nothing else counts.
struct refusal {
    api_error error = api_error::internal_error;
    const refusal_step* scripted = nullptr;
    scenario_ptr keeps;
    const rule* by = nullptr;  ///< the rule that refused; kept alive likewise
    reply_manner manner;

    static refusal because(api_error error) {
        refusal refused;
        refused.error = error;
        return refused;
    }
    bool is_lost() const { return by != nullptr && scripted == nullptr; }
};

[[noreturn]] void throw_exception_from_error(const refusal& error,
                                             const boost::source_location& where);

/// What a call is answered with, and how the answer goes out.
template <class T>
struct granted : T {
    reply_manner manner;
    /// The name of the rule that gave it its manner; empty if that is plain. The rules keep it.
    std::string_view rule;
};

template <class T>
using outcome_of = boost::system::result<granted<T>, refusal>;

struct send_request {
    std::string_view phone;
    std::string_view code;
    std::uint64_t seq = 0;  ///< over all accounts; must grow
};

struct send_accepted {
    delivery_id id;
    std::uint64_t ordinal = 0;  ///< of the delivery, in the account
    domain::carrier carrier;
    money cost;
    money balance;  ///< of all buckets, after this send [I]
};

struct world_limits {
    std::size_t max_deliveries = 100'000;  ///< beyond it the oldest finished ones are evicted
    std::size_t max_pending = 4'000'000;   ///< beyond it sends are refused with service_unavailable
    journal_limits journal = {};           ///< of calls, and of webhook attempts
    /// As max_deliveries, of world::delivery_bytes().
    std::size_t max_delivery_bytes = std::numeric_limits<std::size_t>::max();
};

struct world_counts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t lost = 0;       ///< by a rule, before they reached the API
    std::uint64_t delivered = 0;  ///< by the first terminal status
    std::uint64_t failed = 0;
    std::uint64_t evicted = 0;  ///< of those two

    std::uint64_t pending() const { return accepted - delivered - failed; }

    friend bool operator==(const world_counts&, const world_counts&) = default;
};

/// An attempt that is made by hand, beside the ladder: no retry follows, and no wallet knows.
struct extra_attempt {
    attempt_kind kind = attempt_kind::ping;
    attempt_ref of;  ///< of a redelivery: the attempt that is repeated
    webhook_event event;
    webhook_target_ptr target;
    time_point due;
};

/// What was changed of an account by hand; it goes before what a scenario says of it.
struct account_changes {
    std::optional<webhook_target_ptr> target;  ///< null inside: no webhooks
    std::optional<std::vector<ip_range>> ip_allowlist;
    std::optional<bool> revoked;
};

/// A status that a delivery got.
struct past_change {
    time_point at;
    delivery_outcome outcome;

    friend bool operator==(const past_change&, const past_change&) = default;
};

struct delivery_snapshot;  // domain/world_snapshot.hpp
struct sent_snapshot;
struct told_snapshot;
struct world_snapshot;

/// One account: its wallet, deliveries, webhooks, rules and random decisions. A pure simulation: it
/// never reads a clock and does no I/O. Each call is told the time; what it asks for in return
/// comes as effects.
///
/// advance() to a moment gives the same effects, with the same times, in whatever steps it is
/// reached. Calls that are told `now` expect the world to have been advanced to it. Not for sharing
/// between threads.
class world {
 public:
    /// `seed` and the account's key decide everything random in it.
    world(account_settings account, scenario_ptr rules, std::uint64_t seed, time_point began,
          world_limits limits = {});

    // --- the vendor API, in the contract's order of checks: phone, code, rules, route, wallet

    outcome_of<send_accepted> send_otp(const send_request& request, time_point now);
    /// An id this account never gave, or whose delivery was evicted, is not_found [D].
    outcome_of<delivery_report> delivery(std::string_view id, time_point now) {
        return delivery(find(id), now);
    }
    /// The same for what find() made of the id.
    outcome_of<delivery_report> delivery(const std::optional<known_delivery>& of, time_point now);
    outcome_of<bucket_amounts> balance(time_point now);

    // --- time

    /// Runs all that is due up to `now`, in order, and appends what it asks for.
    void advance(time_point now, effects& out);
    /// Runs the earliest due event alone. Answers false if there is none at or before `now`.
    bool advance_one(time_point now, effects& out);
    std::optional<time_point> next_due() const;

    // --- webhooks: what the runtime does with a webhook_due

    /// Null if the attempt is no longer wanted. Good until the next call.
    const event_record* begin_attempt(const attempt_ref& attempt);
    /// How long that attempt may take, in real time.
    duration timeout_of(const attempt_ref& attempt) const;
    /// `seq` numbers the attempt over all accounts; it must grow. Answers what the journal has of
    /// it; none of a late or a double call, which changes nothing.
    std::optional<sent_attempt> finish_attempt(const attempt_ref& attempt, attempt_outcome outcome,
                                               time_point now, std::uint64_t seq = 0);

    /// Sends again what the attempt of that number sent, to where the account's webhooks go now.
    /// None if the journal does not know the number.
    std::optional<extra_attempt> redelivery_of(std::uint64_t seq, time_point now) const;
    /// The sample event; none if the account has no target.
    std::optional<extra_attempt> ping(time_point now) const;
    /// It has ended. A redelivery that was acknowledged acknowledges its event. Answers what the
    /// journal has of it.
    sent_attempt finish_extra(const extra_attempt& attempt, attempt_outcome outcome, time_point now,
                              std::uint64_t seq);

    // --- looking at it from outside

    std::optional<known_delivery> find(std::string_view id) const;
    std::optional<std::uint64_t> ordinal_of(std::string_view id) const;
    delivery_id id_of(std::uint64_t ordinal) const { return ids_.at(ordinal); }
    std::optional<delivery_view> view(std::uint64_t ordinal) const;
    const std::vector<event_record>* webhooks_of(std::uint64_t ordinal) const {
        return webhooks_.events_of(ordinal);
    }
    const delivery_store& deliveries() const { return store_; }
    /// What deliveries take of memory, with their webhooks and what is due of them: 52 bytes each,
    /// 16 more for each event to come, and about 400 and its texts for a webhook.
    std::size_t delivery_bytes() const;
    /// The statuses the delivery got after `sent`, oldest first.
    std::vector<past_change> history_of(std::uint64_t ordinal) const;
    const call_journal& calls() const { return call_journal_; }
    const attempt_journal& attempts() const { return attempt_journal_; }
    const due_queue& due() const { return due_; }
    const rule_engine& rules() const { return engine_; }
    const account_settings& account() const { return account_; }
    const domain::scenario& scenario() const { return *engine_.rules(); }
    const domain::wallet& wallet() const { return wallet_; }
    const world_counts& counts() const { return counts_; }
    const webhook_totals& webhook_counts() const { return webhooks_.totals(); }
    const std::string& state(time_point now) const { return engine_.state(now - began_); }
    time_point began() const { return began_; }

    // --- changing it from outside

    void deposit(bucket into, money amount) { wallet_.deposit(into, amount); }
    void set_bucket(bucket which, money amount) { wallet_.set(which, amount); }
    void change_account(const account_changes& changes);

    /// Ends a delivery that is `sent` at `now`, as far as its wallet and webhooks are concerned
    /// just as if its course had come there; the rest of its course does not happen. False, and
    /// nothing changed, if it has ever ended. It takes effect with the next advance() to `now`.
    bool complete(std::uint64_t ordinal, delivery_outcome outcome, time_point now);
    /// The test has seen the code.
    void mark_read(std::uint64_t ordinal);
    /// A call is remembered.
    void record(const call_record& call) { call_journal_.push(call); }

    /// Goes on under another scenario: its rules begin anew, with their counts and the scenario
    /// state; its settings count from now on. What was accepted keeps its course, its price and
    /// its refund; the wallet, the ids and the age of the world stay.
    void adopt(scenario_ptr changed);
    /// Goes on with one more rule, see rule_engine::put_in_front(); nothing else changes.
    void put_in_front(scenario_ptr changed) { engine_.put_in_front(std::move(changed)); }

    // --- going on elsewhere

    world_snapshot snapshot() const;
    /// Goes on where the snapshot was taken of a world with that key and seed, under rules like
    /// its own: what happens from then on is the same. The snapshot must not contradict itself.
    /// What is beyond the limits is evicted at once.
    static world restored(std::string_view key, scenario_ptr rules, std::uint64_t seed,
                          const world_snapshot& from, world_limits limits = {});

    /// From now on each decision tells of the rules it tried; null: no longer.
    void trace_to(std::vector<rule_trial>* trials) { trials_ = trials; }

 private:
    class recollection;

    refusal refuse(api_error error, const reply_manner& manner = {});
    boost::system::result<decision, refusal> decide(const rule_query& call);
    reply_manner manner_of(const decision& made) const;
    template <class T>
    granted<T> grant(T what, const reply_manner& manner, const decision& made) const;
    outcome_of<send_accepted> accept(const send_request& request, phone_number phone, otp_code code,
                                     const rule_query& call, const decision& made, time_point now);
    void schedule(std::uint64_t ordinal, domain::delivery& of, const course& course,
                  random_stream random);
    void run(const due_event& event, effects& out);
    void change(const due_event& event, effects& out);
    void settle(domain::delivery& of, delivery_status status);
    void announce(std::uint64_t ordinal, const domain::delivery& of,
                  const delivery_outcome& outcome, time_point at);
    /// What that event makes of a delivery, and what the latest one made of it.
    const delivery_outcome& outcome_after(std::uint64_t ordinal, std::uint16_t what) const;
    const delivery_outcome& latest_outcome(std::uint64_t ordinal, const domain::delivery& of) const;
    void remember(std::uint64_t ordinal, const domain::delivery& of, const past_change& change);
    void acknowledge(const attempt_ref& attempt, time_point now);
    sent_attempt journal(const attempt_ref& attempt, const attempt_outcome& outcome, time_point now,
                         std::uint64_t seq);
    random_stream webhook_draws(std::uint64_t ordinal) const;
    random_stream attempt_draws(const attempt_ref& attempt) const;
    void schedule(const std::optional<next_attempt>& next);
    bool is_over(std::uint64_t ordinal, const domain::delivery& of) const;
    void retire(std::uint64_t ordinal);
    bool is_beyond_limits() const;
    void evict();
    rule_query query(endpoint call, time_point now) const;
    void resume(const world_snapshot& from);
    void resume(const delivery_snapshot& from, const recollection& past);
    void resume(const std::vector<sent_snapshot>& attempts, const recollection& past);
    webhook_event event_of(const told_snapshot& told, std::uint64_t ordinal) const;

    account_settings account_;
    random_stream random_;
    rule_engine engine_;
    delivery_ids ids_;
    domain::wallet wallet_;
    delivery_store store_;
    due_queue due_;
    webhook_ledger webhooks_;
    std::deque<std::uint64_t> retired_;     // finished and quiet, oldest first
    std::array<std::uint64_t, 3> calls_{};  // by endpoint
    account_changes changes_;
    /// Of deliveries with more than one change; the others need none.
    ordinal_map<std::vector<past_change>> history_;
    ordinal_map<delivery_outcome> by_hand_;  // what deliveries became by hand
    call_journal call_journal_;
    attempt_journal attempt_journal_;
    time_point began_;
    world_limits limits_;
    world_counts counts_;
    std::vector<rule_trial>* trials_ = nullptr;
};

}  // namespace nexo_mock::domain
