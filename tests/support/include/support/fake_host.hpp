#pragma once

#include <nexo_mock/control/control_api.hpp>
#include <support/scenarios.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// An emulator without threads, clocks and sockets: worlds in a test's own time.
class fake_host final : public nexo_mock::control::host {
 public:
    using scope = nexo_mock::control::scope;

    explicit fake_host(nexo_mock::domain::scenario_ptr scenario)
        : scenario_{std::move(scenario)}, strangers{{}} {}

    nexo_mock::domain::world& world_of_key(const std::string& key) {
        auto& found = worlds_[key];
        if (!found) {
            order_.push_back(key);
            found = std::make_unique<nexo_mock::domain::world>(world_of(scenario_, 42, key));
        }
        return *found;
    }
    /// A send of that account; its ordinal.
    std::uint64_t send(const std::string& key, std::string_view phone = some_phone,
                       std::string_view code = some_code) {
        return world_of_key(key).send_otp({phone, code, next.delivery++}, now).value().ordinal;
    }
    /// Every world goes on to then.
    void advance(nexo_mock::domain::time_point to) {
        now = to;
        for (auto& [key, each] : worlds_)
            each->advance(to, effects);
    }

    // --- control::host

    nexo_mock::api::admission open(const scope& which) override {
        if (is_full) return nexo_mock::api::admission::too_many_accounts;
        if (!nexo_mock::domain::is_well_formed_key(which.key())) {
            return nexo_mock::api::admission::unknown_key;
        }
        world_of_key(which.key());
        return nexo_mock::api::admission::granted;
    }
    void visit(const scope& which, nexo_mock::control::account_use use) override {
        for (std::size_t i = 0; i < order_.size(); ++i) {
            if (!which.holds(order_[i])) continue;
            auto& world = world_of_key(order_[i]);
            use({world, now, i, nexo_mock::codec::clock_setting{}, false});
            world.advance(now, effects);
        }
    }
    nexo_mock::control::health_view health() override { return {}; }
    std::string metrics() override { return "nexo_mock_up 1\n"; }
    nexo_mock::control::next_numbers numbers() override { return next; }
    void visit_strangers(
        nexo_mock::api::function_ref<void(const nexo_mock::domain::call_journal&)> use) override {
        use(strangers);
    }
    std::function<void()> wait_for_code(
        const scope&, const nexo_mock::control::code_wait& what,
        std::function<void(nexo_mock::control::wait_end)> done) override {
        waited_for = what;
        end_wait = std::move(done);
        return [this] { end_wait(nexo_mock::control::wait_end::time_out); };
    }
    std::shared_ptr<nexo_mock::api::reply_stream> events(
        const scope&, std::optional<std::uint64_t> seen) override {
        ++followers;
        last_seen = seen;
        return nullptr;
    }
    bool send_by_hand(const scope& which, choose_attempt choose, expect_attempt expect) override {
        bool is_found = false;
        visit(which, [&](const auto& account) {
            if (is_found) return;
            const auto chosen = choose(account.world, now);
            if (!chosen) return;
            is_found = true;
            end_attempt = expect(account.world.account().key);
            attempt = *chosen;
        });
        return is_found;
    }
    const nexo_mock::codec::allowed_targets& allowed_targets() override { return allowed; }
    nexo_mock::domain::scenario_ptr scenario(const scope&) override { return scenario_; }
    nexo_mock::domain::scenario_ptr start_scenario() override { return start_scenario_; }
    void replace_scenario(const scope&, nexo_mock::domain::scenario_ptr changed) override {
        scenario_ = std::move(changed);
    }
    void restore_scenario(const scope&) override {}
    void put_rule(const scope&, const nexo_mock::domain::rule& first) override {
        rules_put.push_back(first.name);
    }
    nexo_mock::control::clock_view clock(const scope&) override {
        return {nexo_mock::codec::clock_setting{}, now, std::nullopt};
    }
    std::optional<std::string> change_clock(const scope&,
                                            const nexo_mock::control::clock_change&) override {
        return "not here";
    }
    void advance(const scope&, const nexo_mock::control::advance_goal&,
                 std::function<void(nexo_mock::control::advance_report)> done) override {
        nexo_mock::control::advance_report report;
        report.now = now;
        done(std::move(report));
    }
    void reset(const scope&, std::function<void()> done) override { done(); }
    nexo_mock::codec::emulator_state state() override { return {}; }
    void resume(const nexo_mock::codec::emulator_state&, std::function<void()> done) override {
        done();
    }

 private:
    nexo_mock::domain::scenario_ptr scenario_;
    nexo_mock::domain::scenario_ptr start_scenario_ = scenario_;
    std::map<std::string, std::unique_ptr<nexo_mock::domain::world>> worlds_;
    std::vector<std::string> order_;

 public:
    nexo_mock::domain::time_point now = begin;
    nexo_mock::domain::effects effects;  ///< all that worlds asked for
    nexo_mock::domain::call_journal strangers;
    nexo_mock::control::next_numbers next;
    bool is_full = false;
    nexo_mock::codec::allowed_targets allowed;
    nexo_mock::control::code_wait waited_for{
        *nexo_mock::domain::phone_number::parse(some_phone), 0, {}};
    std::function<void(nexo_mock::control::wait_end)> end_wait;
    std::optional<std::uint64_t> last_seen;
    int followers = 0;
    attempt_done end_attempt;
    std::optional<nexo_mock::domain::extra_attempt> attempt;
    std::vector<std::string> rules_put;
};

/// A control API over a fake_host, called without HTTP.
struct control_fixture {
    explicit control_fixture(
        std::string_view scenario =
            R"({"rules": [{"name": "all", "then": {"deliver": true, "after": "2s"}}]})",
        nexo_mock::control::guard_settings guarded = {.token = {}, .host = {}})
        : host{scenario_of(scenario)}, control{host, std::move(guarded)} {
        in.host = "127.0.0.1";
    }

    /// The reply; one that comes later lands in `late`.
    const nexo_mock::api::response& call(nexo_mock::api::method verb, std::string target,
                                         std::string_view key = {}, std::string body = {}) {
        in.verb = verb;
        in.target = std::move(target);
        in.body = std::move(body);
        in.authorization = key.empty() ? std::string{} : "Bearer " + std::string{key};
        out.reset();
        late.reset();
        abandoned = nullptr;
        const auto later = [&](std::function<void()> tell) -> nexo_mock::api::late_reply {
            abandoned = std::move(tell);
            return [this](nexo_mock::api::response reply) { late = std::move(reply); };
        };
        control.handle(in, out, later);
        return out;
    }
    const nexo_mock::api::response& get(std::string target, std::string_view key = {}) {
        return call(nexo_mock::api::method::get, std::move(target), key);
    }
    const nexo_mock::api::response& post(std::string target, std::string body,
                                         std::string_view key = {}) {
        return call(nexo_mock::api::method::post, std::move(target), key, std::move(body));
    }

    fake_host host;
    nexo_mock::control::control_api control;
    nexo_mock::api::request in;
    nexo_mock::api::response out;
    std::optional<nexo_mock::api::response> late;
    std::function<void()> abandoned;
};

}  // namespace support
