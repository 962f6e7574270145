#include <nexo_mock/runtime/emulator.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace nexo_mock;

namespace {

/// Takes what accounts ask for, and does nothing about it.
struct idle_sink final : runtime::effect_sink {
    void dispatch(runtime::webhook_job) override {}
    void wake_at(runtime::real_time when, runtime::account_ptr) override { wake = when; }
    void run_soon(std::function<void()>) override {}
    void end_past(std::function<void()> done) override { done(); }
    const runtime::worker_metrics& metrics() const override { return metrics_; }
    std::size_t connections() const override { return 0; }
    boost::asio::io_context& context() override { return context_; }

    std::optional<runtime::real_time> wake;  ///< the latest that was asked for

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

TEST_CASE("what is due at once is run in turns, and a call in between runs all of it") {
    runtime::emulator of{settings_with(support::scenario_of(R"({
        "account_defaults": {"balance": 1000000},
        "rules": [{"then": {"deliver": true, "after": "10ms"}}]})"))};
    idle_sink sink;
    runtime::account_moment by;
    of.visit(
        "sk_live_a", sink,
        [](domain::world& world, domain::time_point now) {
            for (std::uint64_t seq = 1; seq <= 2'500; ++seq)
                (void)world.send_otp({support::some_phone, support::some_code, seq}, now).value();
        },
        &by);
    const auto delivered = [&] { return by.of->world.counts().delivered; };
    for (const std::uint64_t expected : {1'000U, 2'000U}) {
        REQUIRE(sink.wake.has_value());
        const auto when = *std::exchange(sink.wake, std::nullopt);
        while (std::chrono::steady_clock::now() < when) {
        }
        of.run_due(by.of, when, sink);
        CHECK(delivered() == expected);
    }
    CHECK(*sink.wake <= std::chrono::steady_clock::now());
    of.visit("sk_live_a", sink, [&](domain::world& world, domain::time_point) {
        CHECK(world.counts().delivered == 2'500);
    });
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
