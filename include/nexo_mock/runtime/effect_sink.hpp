#pragma once

#include <nexo_mock/runtime/account.hpp>
#include <nexo_mock/runtime/worker_metrics.hpp>

#include <boost/asio/io_context.hpp>

namespace nexo_mock::runtime {

/// Where a worker takes what the accounts ask for. Called on the worker's thread, outside locks.
class effect_sink {
 public:
    virtual ~effect_sink() = default;

    /// Makes the attempt when its turn has come.
    virtual void dispatch(webhook_job job) = 0;
    /// Calls emulator::run_due() for the account at that time.
    virtual void wake_at(real_time when, account_ptr of) = 0;
    /// Calls `next` soon, on the worker's thread. Any thread may call this.
    virtual void run_soon(std::function<void()> next) = 0;
    /// After a reset: ends what is held up or on its way and belongs to the past, then calls
    /// `done`. Any thread may call this.
    virtual void end_past(std::function<void()> done) = 0;
    /// What it counts, and how many connections it serves. Any thread may call these.
    virtual const worker_metrics& metrics() const = 0;
    virtual std::size_t connections() const = 0;
    /// For timers; on the worker's thread.
    virtual boost::asio::io_context& context() = 0;
};

}  // namespace nexo_mock::runtime
