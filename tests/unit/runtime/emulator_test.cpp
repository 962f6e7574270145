#include <nexo_mock/runtime/emulator.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace nexo_mock;

namespace {

/// Takes what accounts ask for, and does nothing about it.
struct idle_sink final : runtime::effect_sink {
    void dispatch(runtime::webhook_job) override {}
    void wake_at(runtime::real_time, runtime::account_ptr) override {}
    void run_soon(std::function<void()>) override {}
    void end_past(std::function<void()> done) override { done(); }
    const runtime::worker_metrics& metrics() const override { return metrics_; }
    std::size_t connections() const override { return 0; }
    boost::asio::io_context& context() override { return context_; }

 private:
    runtime::worker_metrics metrics_;
    boost::asio::io_context context_;
};

runtime::emulator_settings settings_with(domain::scenario_ptr scenario) {
    runtime::emulator_settings settings;
    settings.scenario = std::move(scenario);
    settings.seed = 42;
    return settings;
}

/// The ordinal of what was sent, and the account as it was then.
std::pair<std::uint64_t, runtime::account_moment> send(runtime::emulator& to,
                                                       runtime::effect_sink& sink,
                                                       std::string_view key) {
    std::uint64_t ordinal = 0;
    runtime::account_moment by;
    to.visit(
        key, sink,
        [&](domain::world& of, domain::time_point now) {
            ordinal =
                of.send_otp({support::some_phone, support::some_code, 1}, now).value().ordinal;
        },
        &by);
    return {ordinal, by};
}

}  // namespace

TEST_CASE("two scenarios that are put in place at once leave every account under one of them") {
    runtime::emulator of{settings_with(support::scenario_of("{}"))};
    idle_sink sink;
    for (int i = 0; i < 200; ++i)
        of.visit("sk_live_" + std::to_string(i), sink, [](domain::world&, domain::time_point) {});
    const auto replace = [&](const char* text) {
        const auto other = support::scenario_of(text);
        for (int i = 0; i < 50; ++i)
            of.replace_scenario(other, runtime::emulator::own_scenarios::stay);
    };
    std::vector<std::thread> threads;
    for (const auto* text : {R"({"name": "a"})", R"({"name": "b"})", R"({"name": "c"})"})
        threads.emplace_back(replace, text);
    for (auto& each : threads)
        each.join();
    for (const auto& each : of.accounts())
        CHECK(&each->world.scenario() == of.scenario().get());
}

TEST_CASE("who waits for a webhook is called, whenever a reset comes") {
    runtime::emulator of{settings_with(support::scenario_of(R"({
        "account_defaults": {"balance": 1000000},
        "webhook": {"url": "http://localhost/", "secret": "s"},
        "rules": [{"then": {"deliver": true, "webhook": {"before_reply": true}}}]})"))};
    idle_sink sink;
    std::atomic<bool> done = false;
    std::thread resetting{[&] {
        while (!done)
            of.reset();
    }};
    constexpr int sends = 5000;
    std::atomic<int> called = 0;
    for (int i = 0; i < sends; ++i) {
        const auto [ordinal, by] = send(of, sink, support::some_key);
        of.when_first_attempt_ended(by, ordinal, [&] { ++called; });
    }
    done = true;
    resetting.join();
    of.reset();
    CHECK(called == sends);
}
