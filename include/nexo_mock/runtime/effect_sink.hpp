#pragma once

#include <nexo_mock/runtime/account.hpp>

namespace nexo_mock::runtime {

/// Where a worker takes what the accounts ask for. Called on the worker's thread, outside locks.
class effect_sink {
 public:
    virtual ~effect_sink() = default;

    /// Makes the attempt when its turn has come.
    virtual void dispatch(webhook_job job) = 0;
    /// Calls emulator::run_due() for the account at that time.
    virtual void wake_at(real_time when, account_ptr of) = 0;
    /// Calls `next` soon, on the worker's thread. The one call that any thread may make.
    virtual void run_soon(std::function<void()> next) = 0;
};

}  // namespace nexo_mock::runtime
