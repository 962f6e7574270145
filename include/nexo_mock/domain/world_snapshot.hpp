#pragma once

#include <nexo_mock/domain/world.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A world as plain values: what has to be known to go on with it elsewhere. What follows from
/// other values is left out, so that it can't contradict them.
namespace nexo_mock::domain {

/// What decided a delivery, as far as it still matters.
struct cause_snapshot {
    std::string rule;                       ///< its name
    std::optional<webhook_manner> webhook;  ///< of the step

    friend bool operator==(const cause_snapshot&, const cause_snapshot&) = default;
};

/// A status that a delivery will get.
struct coming_change {
    time_point at;
    delivery_outcome outcome;

    friend bool operator==(const coming_change&, const coming_change&) = default;
};

/// A webhook of a delivery. Its attempts are numbered by their places, from 1.
struct event_snapshot {
    std::uint32_t tells = 0;   ///< of which change: an index of the delivery's history
    std::uint32_t target = 0;  ///< an index of the snapshot's targets
    time_point not_before;
    event_state state = event_state::waiting;
    std::vector<attempt_record> attempts;

    friend bool operator==(const event_snapshot&, const event_snapshot&) = default;
};

struct delivery_snapshot {
    std::uint64_t ordinal = 0;
    std::uint64_t seq = 0;
    phone_number phone;
    otp_code code;
    domain::carrier carrier;
    bool refund_if_failed = true;
    bool code_read = false;
    time_point created;
    bucket_amounts drawn;
    std::optional<std::uint32_t> cause;  ///< an index of the snapshot's causes; none: no rule
    std::vector<past_change> history;    ///< oldest first; the last one is how it stands
    std::vector<coming_change> coming;   ///< what is left of its course, in the course's order
    std::vector<event_snapshot> webhooks;

    settlement money_state() const;
    /// As delivery::cost().
    money cost() const;
    /// Its course has run, its money is settled and its webhooks are quiet.
    bool is_retired() const;

    friend bool operator==(const delivery_snapshot&, const delivery_snapshot&) = default;
};

/// What a webhook told, but for the delivery's id, which follows from its ordinal.
struct told_snapshot {
    phone_number phone;
    domain::carrier carrier;
    delivery_outcome outcome;
    money cost;
    time_point created;
    time_point completed;
    signature_kind signature = signature_kind::valid;

    friend bool operator==(const told_snapshot&, const told_snapshot&) = default;
};

/// An entry of the journal of webhook attempts.
struct sent_snapshot {
    std::uint64_t seq = 0;
    attempt_kind kind = attempt_kind::scheduled;
    attempt_ref of;
    told_snapshot told;
    std::uint32_t target = 0;  ///< an index of the snapshot's targets
    time_point due;
    time_point ended;
    attempt_outcome outcome;

    friend bool operator==(const sent_snapshot&, const sent_snapshot&) = default;
};

/// What was changed of an account by hand.
struct changes_snapshot {
    std::optional<std::optional<webhook_target>> target;  ///< none inside: no webhooks
    std::optional<std::vector<ip_range>> ip_allowlist;
    std::optional<bool> revoked;

    friend bool operator==(const changes_snapshot&, const changes_snapshot&) = default;
};

/// A world but for its account's key, its seed and its scenario, see world::restored(). Its calls
/// are not in it, nor webhook attempts that are made by hand and have not ended. An attempt that
/// was on its way is one that was not made yet: nobody knows how it ended.
struct world_snapshot {
    time_point began;
    rule_progress progress;
    std::array<std::uint64_t, 3> calls{};  ///< by endpoint; they key what rules draw
    domain::wallet wallet{bucket_amounts{}};
    world_counts counts;      ///< `accepted` is the ordinal of the delivery to come
    webhook_totals webhooks;  ///< none is in flight
    changes_snapshot changes;
    std::vector<webhook_target> targets;        ///< each once
    std::vector<cause_snapshot> causes;         ///< each once
    std::vector<delivery_snapshot> deliveries;  ///< by ordinal; evicted ones are not there
    std::vector<std::uint64_t> retired;         ///< ordinals of those that may be evicted, in order
    std::vector<sent_snapshot> attempts;        ///< oldest first
    std::uint64_t attempts_evicted = 0;
    std::uint64_t calls_evicted = 0;  ///< all that were ever remembered

    friend bool operator==(const world_snapshot&, const world_snapshot&) = default;
};

/// What that webhook of that delivery tells.
told_snapshot told_by(const world_snapshot& of, const delivery_snapshot& delivery,
                      const event_snapshot& webhook);

/// What the journal says of an attempt that ended, if its delivery still tells of it: most entries
/// say nothing else.
std::optional<sent_snapshot> sent_as_told(const world_snapshot& of, const attempt_ref& attempt);

}  // namespace nexo_mock::domain
