#pragma once

#include <nexo_mock/clock.hpp>
#include <nexo_mock/errors.hpp>
#include <nexo_mock/scenario.hpp>
#include <nexo_mock/values.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock {

namespace embedding {
class engine;  // of the library
}

/// Some accounts of a running emulator: one (`account`, a handle that is cheap to copy and may
/// outlive the server; its members throw `stopped` then), or all of them (`server`).
///
/// Threads: every member may be called from any thread, also while others wait in one. Members
/// block until the emulator has done what they say, which takes microseconds unless said
/// otherwise; the emulator runs on threads of its own, which call no code of the user.
///
/// Errors: every member throws `stopped` if the server is or gets stopped, std::invalid_argument if
/// an argument can't be used, and `error` where the emulator refuses.
class scope {
 public:
    // --- codes

    /// The newest code that was sent to the number; waits for one, in real time, whatever the
    /// clock, up to a day. With the seq of the last one as `after`, only a newer one counts. Throws
    /// `no_code` once the time is up, `reset_meanwhile` if a reset came.
    sent_code wait_for_code(std::string_view phone, std::chrono::milliseconds longest,
                            std::uint64_t after = 0) const;
    /// The same without waiting; none if there is none.
    std::optional<sent_code> newest_code(std::string_view phone, std::uint64_t after = 0) const;

    // --- what happened, oldest first

    std::vector<nexo_mock::delivery> deliveries() const;
    /// Throws `error` if there is none of that id, or it was evicted.
    nexo_mock::delivery delivery(std::string_view id) const;
    std::vector<request> requests() const;
    std::vector<webhook_attempt> webhooks() const;

    // --- making things happen

    /// Ends a delivery now. Throws `error` if it has ended already, or there is none of that id.
    nexo_mock::delivery complete(std::string_view id, const outcome& how) const;
    /// Sends again what the webhook attempt of that seq sent, to where the account's webhooks go
    /// now, and returns once the receiver has answered or failed to; as for advance(), on another
    /// thread. Throws `error` if there is none, `reset_meanwhile` if a reset came.
    webhook_attempt redeliver(std::uint64_t attempt_seq) const;
    /// Puts one rule, in JSON as in a scenario, before the others.
    void put_rule(std::string_view json) const;
    /// Goes on under another scenario, from its first rule on; wallets, deliveries and clock stay.
    /// Throws `error` if it sends webhooks where server_options::webhook_allow lets none go.
    void set_scenario(const scenario& other) const;
    /// Back to the one before the first set_scenario() or put_rule().
    void restore_scenario() const;

    // --- time

    time_point now() const;
    /// When the next thing falls due; none if nothing does.
    std::optional<time_point> next_due() const;
    /// Changes how time passes. A start may not be earlier than now().
    void set_clock(const clock_setting& clock) const;

    /// Moves a manual clock: what falls due happens in order, each thing at its own time, and the
    /// webhooks it sends are awaited, so the receiver must answer on another thread. Returns when
    /// that is done, or a reset has ended it. Throws `error` if the clock is not manual.
    advance_result advance(duration by) const;
    /// To the next thing that is due.
    advance_result advance_to_next() const;
    /// Until nothing is due: a whole ladder of retries.
    advance_result advance_to_idle() const;

    // --- the end of a test

    /// What should not be left behind; of all checks, or of those alone.
    std::vector<failure> verify() const;
    std::vector<failure> verify(const std::vector<check>& checks) const;
    /// Back to how it began: wallet, deliveries, rules, ids, clock. What was on its way is ended
    /// when this returns.
    void reset() const;

 protected:
    /// `key` empty: all accounts.
    scope(std::shared_ptr<embedding::engine> of, std::string key);
    scope(const scope&) = default;
    scope& operator=(const scope&) = default;
    scope(scope&&) = default;
    scope& operator=(scope&&) = default;
    ~scope() = default;

    const std::shared_ptr<embedding::engine>& of() const { return engine_; }
    const std::string& scope_key() const { return key_; }

 private:
    std::shared_ptr<embedding::engine> engine_;
    std::string key_;
};

}  // namespace nexo_mock
