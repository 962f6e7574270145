#pragma once

#include <nexo_mock/domain/webhook_ledger.hpp>

#include <variant>
#include <vector>

namespace nexo_mock::domain {

/// A delivery got a new status.
struct delivery_changed {
    std::uint64_t delivery = 0;  ///< ordinal in the account
    delivery_status status = delivery_status::sent;
    time_point at;
};

/// A webhook attempt is to be made: ask the world for it with begin_attempt().
struct webhook_due {
    attempt_ref attempt;
    time_point at;
};

/// Something the world asks for, with the simulated time it was due. When the call came makes no
/// difference to it.
using effect = std::variant<delivery_changed, webhook_due>;
using effects = std::vector<effect>;

}  // namespace nexo_mock::domain
