#pragma once

#include <nexo_mock/domain/delay.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nexo_mock::domain {

/// How the network misbehaves: what becomes of the connection that waits for a reply.
enum class fault_kind : std::uint8_t {
    reset,     ///< reset (RST) instead of a reply
    close,     ///< closed without a reply
    hang,      ///< no reply until the client gives up or the time is over, then closed
    truncate,  ///< header and half the body, then closed
    garbage,   ///< bytes that are no HTTP, then closed
    slow,      ///< the whole reply, in drips
};

inline constexpr std::array all_fault_kinds{fault_kind::reset,   fault_kind::close,
                                            fault_kind::hang,    fault_kind::truncate,
                                            fault_kind::garbage, fault_kind::slow};

std::string_view name(fault_kind kind);

/// Whether the client gets a reply, or a part of one: `truncate` and `slow`.
constexpr bool shows_reply(fault_kind kind) {
    return kind == fault_kind::truncate || kind == fault_kind::slow;
}

/// Whether it takes a time of its own: `hang` and `slow`.
constexpr bool takes_time(fault_kind kind) {
    return kind == fault_kind::hang || kind == fault_kind::slow;
}

/// No connection is held up longer than this, in real time, by a latency or a fault.
inline constexpr duration longest_hold = std::chrono::minutes{10};

/// A fault as a scenario writes it.
struct fault {
    fault_kind kind = fault_kind::reset;
    delay lasts;  ///< of kinds that take time: real time, cut to longest_hold

    /// `hang` lasts 60 s and `slow` 10 s unless the scenario says otherwise.
    static fault usual(fault_kind kind);

    friend bool operator==(const fault&, const fault&) = default;
};

/// A fault as it happens to one reply.
struct drawn_fault {
    fault_kind kind = fault_kind::reset;
    duration lasts{};

    friend bool operator==(const drawn_fault&, const drawn_fault&) = default;
};

/// How the reply to a call goes out. Times are real times: the client is a real program, and it
/// could not wait for a clock that it moves itself.
struct reply_manner {
    duration latency{};  ///< before it goes out; at most longest_hold
    std::optional<drawn_fault> fault;
    bool after_webhook = false;  ///< once the first attempt of the delivery's webhook has ended

    /// Nothing holds it up or breaks it once it is there.
    bool goes_out_plainly() const { return latency == duration{} && !fault; }

    friend bool operator==(const reply_manner&, const reply_manner&) = default;
};

}  // namespace nexo_mock::domain
