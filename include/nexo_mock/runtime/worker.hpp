#pragma once

#include <nexo_mock/api/vendor_api.hpp>
#include <nexo_mock/control/control_api.hpp>
#include <nexo_mock/net/session_set.hpp>
#include <nexo_mock/runtime/due_timers.hpp>
#include <nexo_mock/runtime/ports.hpp>
#include <nexo_mock/runtime/webhook_dispatcher.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <thread>

namespace nexo_mock::runtime {

/// Hands each request to the API its path belongs to, and stands between a bug and the process.
class router final : public net::request_handler {
 public:
    router(emulator& of, worker_accounts& accounts, control::host& host,
           control::guard_settings guarded, worker_metrics& counts)
        : emulator_{of},
          accounts_{accounts},
          metrics_{counts},
          vendor_{accounts},
          control_{host, std::move(guarded)} {}

    void handle(const api::request& in, api::response& out, api::defer later) override;
    void refused(int status, std::string_view error, std::string_view why) override;

 private:
    void handle_vendor_call(const api::request& in, api::response& out, api::defer later);
    /// Lets the webhook of the call go first.
    void answer_after_webhook(const account_moment& by, api::response& out, api::defer later);

    emulator& emulator_;
    worker_accounts& accounts_;
    worker_metrics& metrics_;
    api::vendor_api vendor_;
    control::control_api control_;
};

/// One thread with an event loop of its own, and all that runs on it: connections, timers,
/// webhooks.
class worker final : public effect_sink {
 public:
    worker(emulator& of, const net::limits& bounds, control::guard_settings guarded);
    ~worker() override;
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    void start();

    boost::asio::io_context& context() override { return context_; }
    /// On the worker's thread.
    control::host& host() { return host_; }
    /// On the worker's thread.
    void adopt(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls) {
        sessions_.adopt(std::move(socket), tls);
    }

    /// Answers what has arrived and closes; ready once no connection is left. From any thread.
    std::future<void> drain_connections();
    /// Sends what webhooks are on their way; ready once none is left. From any thread.
    std::future<void> drain_webhooks();
    /// Ends the thread, whatever is left.
    void stop();
    /// Once all workers are stopped: ends the connections that are left, while what they point to
    /// is still there.
    void close();

    // --- effect_sink

    void dispatch(webhook_job job) override { webhooks_.submit(std::move(job)); }
    void wake_at(real_time when, account_ptr of) override { timers_.add(when, of); }
    void run_soon(std::function<void()> next) override;
    const worker_metrics& metrics() const override { return metrics_; }
    std::size_t connections() const override { return sessions_.size(); }
    void end_past(std::function<void()> done) override;

 private:
    void run();
    void wake(const account_ptr& of, real_time set_for);
    std::future<void> when(std::function<bool()> holds, std::function<void()> first);

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    emulator& emulator_;
    worker_metrics metrics_;
    due_timers timers_;
    webhook_dispatcher webhooks_;
    worker_accounts accounts_;
    worker_host host_;
    router router_;
    net::session_set sessions_;
    std::thread thread_;
};

}  // namespace nexo_mock::runtime
