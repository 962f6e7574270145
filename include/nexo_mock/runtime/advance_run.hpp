#pragma once

#include <nexo_mock/runtime/emulator.hpp>

#include <functional>
#include <memory>

namespace nexo_mock::runtime {

/// Which account is advanced, and how far.
struct advance_target {
    account_ptr of;
    std::uint64_t epoch = 0;  ///< another one ends the run: the account was reset
    /// From where the account is when its turn has come; none: until nothing is due any more.
    std::optional<domain::duration> length;
};

/// Moves one account's manual clock: runs its due events one at a time, each at its own time, waits
/// for the webhooks each of them sends, and goes on with what they made due. Adds all that happened
/// meanwhile to `report`, then calls `done` on the worker's thread. An account has one advance at a
/// time; others wait for it. Report, emulator and worker must outlive the run.
void advance_account(emulator& of_all, effect_sink& worker, advance_target target,
                     control::advance_report& report, std::function<void()> done);

}  // namespace nexo_mock::runtime
