#pragma once

#include <nexo_mock/domain/delivery.hpp>
#include <nexo_mock/domain/ordinal_map.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::domain {

/// What a webhook tells: how the delivery stood at that moment. Retries send the same again [A].
struct webhook_event {
    delivery_id id;
    phone_number phone;
    domain::carrier carrier;
    delivery_outcome outcome;
    money cost;
    time_point created;
    time_point completed;
    signature_kind signature = signature_kind::valid;
    bool is_test = false;  ///< the sample event of a ping: its id is "test"
};

/// One attempt to send one event of one delivery.
struct attempt_ref {
    std::uint64_t delivery = 0;  ///< ordinal in the account
    std::uint32_t event = 0;     ///< which of the delivery's events, from 0
    std::uint32_t number = 1;    ///< from 1

    friend bool operator==(const attempt_ref&, const attempt_ref&) = default;
};

/// How an attempt ended. 2xx acknowledges [A]; 410 ends the ladder at once [A].
struct attempt_outcome {
    int status = 0;     ///< HTTP status; 0 if none came
    std::string error;  ///< why none came: "timeout", "connection refused", …; else empty
    std::string reply;  ///< the first bytes of the receiver's reply
    duration took{};    ///< real time

    bool acknowledged() const { return status >= 200 && status < 300; }
    bool final() const { return acknowledged() || status == 410; }

    friend bool operator==(const attempt_outcome&, const attempt_outcome&) = default;
};

struct attempt_record {
    std::uint32_t number = 1;
    std::uint64_t seq = 0;  ///< over all accounts, in order of ending; 0 until it has ended
    time_point due;
    std::optional<time_point> ended;  ///< none while in flight or waiting to be
    attempt_outcome outcome;

    friend bool operator==(const attempt_record&, const attempt_record&) = default;
};

enum class event_state : std::uint8_t { waiting, acknowledged, given_up };

struct event_record {
    webhook_event event;
    webhook_target_ptr target;  ///< as it was when the event happened
    time_point not_before;      ///< of the first attempt
    event_state state = event_state::waiting;
    std::vector<attempt_record> attempts;
};

/// An attempt that falls due, and when.
struct next_attempt {
    attempt_ref attempt;
    time_point due;
};

struct webhook_totals {
    std::uint64_t events = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t given_up = 0;
    std::uint64_t attempts = 0;  ///< ended ones
    std::uint64_t in_flight = 0;

    std::uint64_t waiting() const { return events - acknowledged - given_up; }

    friend bool operator==(const webhook_totals&, const webhook_totals&) = default;
};

/// The webhooks of one account. Each delivery has one chain of events; an event's first attempt
/// waits until the one before it was acknowledged or given up, so order holds per delivery [A].
/// Not for sharing between threads.
class webhook_ledger {
 public:
    /// Adds an event to the delivery's chain; answers its first attempt, due at `not_before`, if
    /// nothing is before it.
    std::optional<next_attempt> add(std::uint64_t delivery, webhook_event event,
                                    webhook_target_ptr target, time_point not_before);

    /// An attempt goes out. Null if it is not the one the chain waits for (a late or double call).
    const event_record* begin(const attempt_ref& attempt);

    /// An attempt that began has ended; answers what is due next: a retry once `wait` is over, or,
    /// where there is none, the following event.
    std::optional<next_attempt> finish(const attempt_ref& which, attempt_outcome outcome,
                                       std::optional<duration> wait, time_point now,
                                       std::uint64_t seq = 0);

    /// The event was acknowledged by another way than its ladder, which ends; with the attempt that
    /// is on its way, if there is one, whatever becomes of it. Answers what is due next: the
    /// following event.
    std::optional<next_attempt> acknowledge(std::uint64_t delivery, std::uint32_t event,
                                            time_point now);

    /// The attempt that a delivery which is not quiet waits for, or whose end it waits for.
    attempt_ref current_attempt(std::uint64_t delivery) const;
    /// It began and has not ended.
    bool is_in_flight(const attempt_ref& attempt) const;
    /// Nothing of that delivery is still to be sent.
    bool is_quiet(std::uint64_t delivery) const;
    /// Null if the delivery has none.
    const std::vector<event_record>* events_of(std::uint64_t delivery) const;
    void erase(std::uint64_t delivery);

    /// Takes over the events of a delivery that has none here, as events_of() told of them, and
    /// answers the attempt they wait for. One that was in flight waits to be made again.
    std::optional<next_attempt> resume(std::uint64_t delivery, std::vector<event_record> events);
    /// Counts on from there. What resume() takes over is in it.
    void resume(const webhook_totals& from);

    const webhook_totals& totals() const { return totals_; }
    /// About what the events take of memory: 400 each, with one attempt, and its texts.
    std::size_t bytes() const { return bytes_; }

 private:
    struct chain {
        std::vector<event_record> events;
        std::size_t current = 0;  // index of the event being sent; events.size(): none is
        bool in_flight = false;
        bool is_acknowledged = false;  // by hand, while the current event's attempt is in flight
    };

    std::optional<next_attempt> attempt(std::uint64_t delivery, chain& of, time_point due);
    std::optional<next_attempt> following(std::uint64_t delivery, chain& of, time_point now);

    ordinal_map<chain> chains_;
    webhook_totals totals_;
    std::size_t bytes_ = 0;
};

}  // namespace nexo_mock::domain
