#include "stage.hpp"

#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <boost/asio/post.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <utility>

namespace fuzz {

using namespace nexo_mock;

namespace {

/// Sends end in each of the ways there are, and webhooks are told of.
domain::scenario_ptr usual() {
    static const auto read = codec::read_scenario(R"({
        "webhook": {"url": "http://localhost:9/", "secret": "whsec_fuzz", "retry": ["5s"]},
        "account_defaults": {"balance": 1, "bonus_credit": 0.03, "free_credit": 0.11},
        "rules": [
            {"when": {"phone": "+84980000001"}, "then": {"fail": "busy", "after": "5s"}},
            {"when": {"phone": "+84980000002"}, "then": {"pending": true}},
            {"when": {"phone": "+84980000003"}, "then": {"error": "rate_limited"}},
            {"then": {"deliver": true, "after": "1s"}}]})");
    return read.scenario;
}

runtime::emulator_settings some_settings() {
    runtime::set_log(runtime::log_level::off, runtime::log_format::text);
    runtime::emulator_settings settings;
    settings.scenario = usual();
    settings.clock = {codec::clock_mode::manual, 1,
                      domain::time_point{std::chrono::sys_days{std::chrono::May / 26 / 2026}}};
    settings.seed = 1;
    settings.world = {.max_deliveries = 20, .max_pending = 30, .journal = {.entries = 10}};
    settings.max_accounts = 4;
    return settings;
}

}  // namespace

stage::stage()
    : emulator_{some_settings()},
      accounts_{emulator_, *this},
      host_{emulator_, *this},
      router_{emulator_, accounts_, host_, {}, metrics_} {
    emulator_.add_worker(*this);
}

void stage::run() {
    context_.restart();
    while (context_.poll() > 0) {
    }
}

void stage::run_soon(std::function<void()> next) {
    boost::asio::post(context_, std::move(next));
}

void stage::dispatch(runtime::webhook_job job) {
    run_soon([this, job = std::move(job)] { attempt(job); });
}

void stage::attempt(const runtime::webhook_job& job) {
    if (!emulator_.begin(job)) return;
    constexpr std::array statuses{200, 500, 0, 410};
    const auto status = statuses[(job.attempt.delivery + job.attempt.number) % statuses.size()];
    domain::attempt_outcome outcome;
    outcome.status = status;
    if (status == 0) outcome.error = "timeout";
    if (job.by_hand) return emulator_.finish_by_hand(job, std::move(outcome), *this);
    emulator_.finish(job, std::move(outcome), *this);
}

}  // namespace fuzz
