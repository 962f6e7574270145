#pragma once

#include <nexo_mock/runtime/emulator.hpp>

namespace nexo_mock::runtime {

/// The accounts as the vendor API sees them from one worker. A call is between begin() and end(),
/// so that the visit it makes can remember it while the account is locked anyway.
class worker_accounts final : public api::accounts {
 public:
    worker_accounts(emulator& of, effect_sink& worker) : emulator_{of}, worker_{worker} {}

    api::admission visit(std::string_view key, api::world_use use) override {
        return emulator_.visit(key, worker_, use, &visited_, &*call_);
    }
    std::uint64_t next_seq() override { return emulator_.next_seq(); }

    void begin(const api::request& in, const api::response& out) {
        visited_ = {};
        call_.emplace(emulator::call_made{in, out});
    }
    /// Which account the call visited. One that came to no world is remembered now.
    account_moment end();

 private:
    emulator& emulator_;
    effect_sink& worker_;
    account_moment visited_;
    std::optional<emulator::call_made> call_;
};

/// The emulator as the control API sees it from one worker.
class worker_host final : public control::host {
 public:
    worker_host(emulator& of, effect_sink& worker);

    api::admission open(const control::scope& which) override;
    void visit(const control::scope& which, control::account_use use) override;
    control::health_view health() override;
    std::string metrics() override;

    control::next_numbers numbers() override { return emulator_.numbers(); }
    void visit_strangers(api::function_ref<void(const domain::call_journal&)> use) override;
    std::function<void()> wait_for_code(const control::scope& which, const control::code_wait& what,
                                        std::function<void(control::wait_end)> done) override;
    std::shared_ptr<api::reply_stream> events(const control::scope& which,
                                              std::optional<std::uint64_t> seen) override;

    bool send_by_hand(const control::scope& which, choose_attempt choose,
                      expect_attempt expect) override;

    const codec::allowed_targets& allowed_targets() override {
        return emulator_.settings().webhook_allow;
    }

    domain::scenario_ptr scenario(const control::scope& which) override;
    domain::scenario_ptr start_scenario() override { return emulator_.start_scenario(); }
    void replace_scenario(const control::scope& which, domain::scenario_ptr changed) override;
    void restore_scenario(const control::scope& which) override;
    void put_rule(const control::scope& which, const domain::rule& first) override;

    control::clock_view clock(const control::scope& which) override;
    std::optional<std::string> change_clock(const control::scope& which,
                                            const control::clock_change& change) override;
    void advance(const control::scope& which, const control::advance_goal& goal,
                 std::function<void(control::advance_report)> done) override;
    void reset(const control::scope& which, std::function<void()> done) override;

    codec::emulator_state state() override { return emulator_.state(); }
    void resume(const codec::emulator_state& from, std::function<void()> done) override;

 private:
    /// Those of the scope.
    std::vector<account_ptr> accounts_in(const control::scope& which);
    void publish_clock(const control::scope& which);
    /// Hands an attempt by hand to the worker; `tell` is called on its thread.
    void submit(const account_moment& by, domain::extra_attempt attempt, attempt_done tell);

    emulator& emulator_;
    effect_sink& worker_;
    real_time started_;
};

}  // namespace nexo_mock::runtime
