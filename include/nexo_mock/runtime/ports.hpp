#pragma once

#include <nexo_mock/runtime/emulator.hpp>

namespace nexo_mock::runtime {

/// The accounts as the vendor API sees them from one worker.
class worker_accounts final : public api::accounts {
 public:
    worker_accounts(emulator& of, effect_sink& worker) : emulator_{of}, worker_{worker} {}

    api::admission visit(std::string_view key, api::world_use use) override {
        return emulator_.visit(key, worker_, use);
    }
    std::uint64_t next_seq() override { return emulator_.next_seq(); }

 private:
    emulator& emulator_;
    effect_sink& worker_;
};

/// The emulator as the control API sees it from one worker.
class worker_host final : public control::host {
 public:
    worker_host(emulator& of, effect_sink& worker);

    api::admission visit(const control::scope& which, api::world_use use) override;
    control::health_view health() override;
    control::clock_view clock(const control::scope& which) override;
    std::optional<std::string> change_clock(const control::scope& which,
                                            const control::clock_change& change) override;
    void advance(const control::scope& which, const control::advance_goal& goal,
                 std::function<void(control::advance_report)> done) override;
    void reset(const control::scope& which) override;

 private:
    /// Those of the scope.
    std::vector<account_ptr> accounts_in(const control::scope& which);

    emulator& emulator_;
    effect_sink& worker_;
    real_time started_;
};

}  // namespace nexo_mock::runtime
