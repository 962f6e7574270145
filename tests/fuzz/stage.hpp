#pragma once

#include <nexo_mock/runtime/effect_sink.hpp>
#include <nexo_mock/runtime/emulator.hpp>
#include <nexo_mock/runtime/ports.hpp>
#include <nexo_mock/runtime/worker.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>

namespace fuzz {

/// The emulator with the handlers of both APIs, on one thread and without a network: what would be
/// sent to a receiver of webhooks is answered at once, in a way that the attempt decides. Its clock
/// is a manual one, and the same input leads to the same end.
class stage final : public nexo_mock::runtime::effect_sink {
 public:
    stage();

    nexo_mock::runtime::emulator& emulator() { return emulator_; }
    const nexo_mock::runtime::emulator& emulator() const { return emulator_; }
    nexo_mock::net::request_handler& handler() { return router_; }
    /// Does all that can be done without waiting.
    void run();

    // --- effect_sink

    void dispatch(nexo_mock::runtime::webhook_job job) override;
    /// Nobody waits: what is due is seen to by the next call.
    void wake_at(nexo_mock::runtime::real_time, nexo_mock::runtime::account_ptr) override {}
    void run_soon(std::function<void()> next) override;
    void end_past(std::function<void()> done) override { run_soon(std::move(done)); }
    const nexo_mock::runtime::worker_metrics& metrics() const override { return metrics_; }
    std::size_t connections() const override { return 0; }
    boost::asio::io_context& context() override { return context_; }

 private:
    void attempt(const nexo_mock::runtime::webhook_job& job);

    boost::asio::io_context context_;
    nexo_mock::runtime::emulator emulator_;
    nexo_mock::runtime::worker_metrics metrics_;
    nexo_mock::runtime::worker_accounts accounts_;
    nexo_mock::runtime::worker_host host_;
    nexo_mock::runtime::router router_;
};

}  // namespace fuzz
