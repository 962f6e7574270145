#pragma once

#include <nexo_mock/domain/delivery_id.hpp>
#include <nexo_mock/domain/drawn_money.hpp>
#include <nexo_mock/domain/otp_code.hpp>
#include <nexo_mock/domain/phone_number.hpp>
#include <nexo_mock/domain/scenario.hpp>

#include <cstdint>
#include <string>

namespace nexo_mock::domain {

/// What became of the money a send drew.
enum class settlement : std::uint8_t { held, charged, refunded };

/// What decided an accepted send. It stays as it was, whatever scenario the world goes on under.
struct delivery_cause {
    scenario_ptr keeps;          ///< what the other two point into
    const rule* by = nullptr;    ///< null: no rule matched
    const step* what = nullptr;  ///< of that rule, a choice drawn already; null: as is usual

    friend bool operator==(const delivery_cause&, const delivery_cause&) = default;
};

/// One accepted send, as the world stores it: 48 bytes, as there may be millions. What decided it
/// is told by delivery_store::cause_of(), how it ended in words by world::view(). Name the type
/// where one is made: GCC 12 takes no bare braces for it.
struct delivery {
    /// Of a course; so a place in one fits into 16 bits, and there is room for places in none.
    static constexpr std::uint16_t most_events = 65'000;

    phone_number phone;
    otp_code code;
    std::uint64_t seq = 0;  ///< over all accounts of the emulator, in order of acceptance
    time_point created;
    time_point completed;  ///< of the latest terminal event
    drawn_money drawn;
    std::uint16_t events_left = 0;  ///< of its course
    std::uint16_t became = 0;       ///< place of its latest event, see due_event::what
    domain::carrier carrier;
    delivery_status status : 2 = delivery_status::sent;
    bool has_changed : 1 = false;  ///< `became` counts
    settlement money_state : 2 = settlement::held;
    bool refund_if_failed : 1 = true;  ///< as the scenario had it when the send was accepted
    bool code_read : 1 = false;        ///< somebody asked for the code
    std::uint8_t cause = 0;            ///< for the delivery_store

    /// The price while it may still be charged, 0 once it was refunded [A].
    money cost() const { return money_state == settlement::refunded ? money{} : drawn.total(); }
};

static_assert(sizeof(delivery) == 48);

/// A delivery as one account knows it by its id.
struct known_delivery {
    delivery_id id;
    std::uint64_t ordinal = 0;
};

/// What the vendor's API tells of a delivery. Good until the next call on its world.
struct delivery_report {
    delivery_id id;
    phone_number phone;
    domain::carrier carrier;
    const delivery_outcome* outcome;
    money cost;
    time_point created;
    time_point completed;  ///< meaningful once the status is terminal
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
