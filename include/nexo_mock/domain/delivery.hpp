#pragma once

#include <nexo_mock/domain/delivery_id.hpp>
#include <nexo_mock/domain/otp_code.hpp>
#include <nexo_mock/domain/phone_number.hpp>
#include <nexo_mock/domain/rule.hpp>
#include <nexo_mock/domain/wallet.hpp>

#include <cstdint>
#include <string>

namespace nexo_mock::domain {

/// What became of the money a send drew.
enum class settlement : std::uint8_t { held, charged, refunded };

/// One accepted send, as the world stores it. The pointers are into the scenario that decided it,
/// which the store keeps alive as long as the delivery.
struct delivery {
    phone_number phone;
    otp_code code;
    domain::carrier carrier;
    settlement money_state = settlement::held;
    bool refund_if_failed = true;   ///< as the scenario had it when the send was accepted
    bool code_read = false;         ///< somebody asked for the code
    std::uint16_t events_left = 0;  ///< of its course
    std::uint64_t seq = 0;          ///< over all accounts of the emulator, in order of acceptance
    time_point created;
    time_point completed;  ///< of the latest terminal event
    bucket_amounts drawn;
    const rule* decided_by = nullptr;           ///< null: no rule matched
    const step* what = nullptr;                 ///< of that rule, a choice drawn already; null too
    const delivery_outcome* outcome = nullptr;  ///< null while `sent`

    delivery_status status() const {
        return outcome == nullptr ? delivery_status::sent : outcome->status;
    }
    /// The price while it may still be charged, 0 once it was refunded [A].
    money cost() const { return money_state == settlement::refunded ? money{} : drawn.total(); }
};

/// A delivery as others see it: a copy that outlives the account's lock.
struct delivery_view {
    delivery_id id;
    std::uint64_t seq = 0;
    phone_number phone;
    otp_code code;
    domain::carrier carrier;
    delivery_outcome outcome;
    money cost;
    bucket_amounts drawn;
    settlement money_state = settlement::held;
    time_point created;
    time_point completed;  ///< meaningful once the status is terminal
    std::string rule;      ///< the deciding rule's name; empty if none matched
    bool code_read = false;
};

}  // namespace nexo_mock::domain
