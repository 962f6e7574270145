#pragma once

#include <nexo_mock/runtime/emulator.hpp>

#include <functional>
#include <memory>

namespace nexo_mock::runtime {

/// Where the advance of one account ends.
struct advance_target {
    /// None: when nothing is due any more.
    std::optional<domain::time_point> until;
};

/// Moves one account's manual clock: runs its due events one at a time, each at its own time, waits
/// for the webhooks each of them sends, and goes on with what they made due. Adds what happened to
/// `report`, then calls `done` on the worker's thread. Both, and the emulator, must outlive the
/// run. A reset of the account ends it.
void advance_account(emulator& of_all, effect_sink& worker, account_ptr of, advance_target target,
                     control::advance_report& report, std::function<void()> done);

}  // namespace nexo_mock::runtime
