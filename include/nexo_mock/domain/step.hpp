#pragma once

#include <nexo_mock/domain/carrier.hpp>
#include <nexo_mock/domain/delay.hpp>
#include <nexo_mock/domain/fault.hpp>
#include <nexo_mock/domain/money.hpp>
#include <nexo_mock/domain/webhook_manner.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nexo_mock::domain {

/// `sent`, then `delivered` or `failed` [D].
enum class delivery_status : std::uint8_t { sent, delivered, failed };

std::string_view name(delivery_status status);
constexpr bool is_terminal(delivery_status status) {
    return status != delivery_status::sent;
}

/// How a delivery stands, in the vendor's words. The two codes are empty where the API says null.
struct delivery_outcome {
    delivery_status status = delivery_status::sent;
    std::string error_code;
    std::string carrier_status;

    friend bool operator==(const delivery_outcome&, const delivery_outcome&) = default;
};

/// `carrier_status` that goes with an error code of the failure vocabulary [A]; the code itself if
/// it is none of them.
std::string_view carrier_status_for(std::string_view error_code);

/// The error codes of the failure vocabulary [A].
std::span<const std::string_view> known_failures();

/// One thing that happens to a delivery. `after` counts from the moment the send was accepted.
struct course_event {
    delay after;
    delivery_outcome outcome;

    friend bool operator==(const course_event&, const course_event&) = default;
};

/// What becomes of an accepted send. `deliver` and `fail` have one event, `pending` has none,
/// `timeline` any number of them.
struct course {
    std::vector<course_event> events;

    friend bool operator==(const course&, const course&) = default;
};

/// The API refuses the call.
struct refusal_step {
    std::string error;          ///< the reply's `error` field
    std::optional<int> status;  ///< none: what goes with the error
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::string> body;  ///< instead of the usual JSON

    friend bool operator==(const refusal_step&, const refusal_step&) = default;
};

/// The call never reaches the API: nothing is created, nothing is charged, and the step's fault is
/// all the client sees.
struct lost_call {
    friend bool operator==(const lost_call&, const lost_call&) = default;
};

/// The call is answered as if no rule had decided it.
struct as_usual {
    friend bool operator==(const as_usual&, const as_usual&) = default;
};

struct step;

/// One of several steps, drawn by their weights; at least one weight is above zero.
struct choice {
    std::vector<step> steps;

    friend bool operator==(const choice&, const choice&);
};

/// What a rule does with a call it decides. A further way to misbehave is a further alternative of
/// `action` (instead of an answer) or a further member (beside the answer), never a second
/// mechanism. The members beside a choice count for nothing: its steps have their own.
struct step {
    std::variant<course, refusal_step, lost_call, as_usual, choice> action;
    std::optional<delay> latency;           ///< of the reply, in real time
    std::optional<domain::fault> fault;     ///< breaks the reply; always there with a lost_call
    std::optional<domain::carrier> ported;  ///< the number's carrier, whatever its prefix says
    std::optional<money> cost;              ///< instead of the carrier's price
    std::optional<webhook_manner> webhook;
    std::optional<std::string> set_state;  ///< the account's scenario state from then on
    std::optional<delay> state_lasts;      ///< none: until another is set
    std::uint32_t times = 1;               ///< how many calls use it before the next step's turn
    double weight = 1;                     ///< inside a choice only

    friend bool operator==(const step&, const step&) = default;
};

}  // namespace nexo_mock::domain
