#include "by_hand.hpp"

#include "copies.hpp"

#include <optional>

namespace nexo_mock::embedding {

webhook_attempt send_by_hand(engine& by, const std::string& key,
                             control::host::choose_attempt choose, const std::string& why_none) {
    using ended = std::optional<webhook_attempt>;
    auto made = by.ask<ended>(key, [&](control::host& host, const control::scope& which,
                                       const answer<ended>& reply) {
        const auto tell = [reply](std::string of) -> control::host::attempt_done {
            return [reply, of = std::move(of)](const std::optional<domain::sent_attempt>& sent) {
                reply.give(sent ? ended{copy(*sent, of)} : std::nullopt);
            };
        };
        if (!host.send_by_hand(which, choose, tell)) reply.refuse(why_none);
    });
    if (!made) throw reset_meanwhile{"a reset came while this call waited for the receiver"};
    return std::move(*made);
}

}  // namespace nexo_mock::embedding
