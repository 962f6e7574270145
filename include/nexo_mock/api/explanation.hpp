#pragma once

#include <nexo_mock/api/message.hpp>
#include <nexo_mock/domain/world.hpp>
#include <nexo_mock/domain/world_snapshot.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::api {

/// A send that somebody thinks of making.
struct send_question {
    std::string key;
    std::string phone;
    std::string code;
    /// Which send of this number it is; the ones before it are made at the same moment.
    std::uint32_t attempt = 1;
    domain::duration elapsed{};  ///< since the account's world began
    std::uint64_t seed = 0;
    domain::ip_address peer = domain::ip_address::v4({127, 0, 0, 1});
    std::vector<int> receiver{
        200};  ///< HTTP statuses webhooks are answered with, the last for ever
};

/// Something that happens to the delivery. Times count from the send.
struct foreseen_event {
    domain::duration at{};
    domain::delivery_outcome outcome;  ///< what it becomes, or what the webhook tells
    domain::money cost;                ///< as the API says it from then on, or the webhook
    std::uint32_t attempt = 0;         ///< of a webhook; 0: the delivery changes
    std::uint32_t event = 0;           ///< which webhook of the delivery, from 0
    domain::signature_kind signature = domain::signature_kind::valid;
    int status = 0;  ///< what the receiver answers
    domain::event_state after = domain::event_state::waiting;
};

/// What will come of it, and why.
struct explanation {
    domain::scenario_ptr scenario;           ///< what the pointers below are into
    std::vector<domain::rule_trial> trials;  ///< empty: no rule was asked
    std::string state;                       ///< of the account, before this send
    domain::webhook_target_ptr target;       ///< where webhooks go; null: nowhere
    response reply;
    std::optional<domain::delivery_view> accepted;  ///< as it is at first
    std::vector<foreseen_event> course;             ///< in order of time
};

/// Plays the send in a world of its own, with the rules, the wallet, the API and the random
/// decisions that a server with that scenario and seed has. No socket, no clock.
explanation explain(const domain::scenario_ptr& scenario, const send_question& asked);

/// The same of an account that has a past: what it would get, with the wallet it has and the rules
/// as often used as they are. It goes on in a copy from the moment that the question's `elapsed`
/// says, which is not before that of the snapshot.
explanation explain(const domain::scenario_ptr& scenario, const domain::world_snapshot& from,
                    const send_question& asked);

}  // namespace nexo_mock::api
