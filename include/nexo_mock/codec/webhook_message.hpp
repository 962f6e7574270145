#pragma once

#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/domain/webhook_ledger.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nexo_mock::codec {

/// What a webhook request is made of: the vendor's body and headers [D], or what a scenario made
/// of them.
struct webhook_message {
    std::string body;
    std::string_view type;                 ///< X-NEXO-Event-Type; static storage
    std::optional<std::string> signature;  ///< X-NEXO-Signature; none: the header is left out
};

/// The headers of the request that carries it, in the order in which they are sent.
std::vector<std::pair<std::string, std::string>> webhook_headers(const webhook_message& message);

/// Renders and signs an event, as its signature_kind wants it. `genuine` is the signer of
/// `secret`.
webhook_message compose_webhook(const domain::webhook_event& event, const webhook_signer& genuine,
                                std::string_view secret);

}  // namespace nexo_mock::codec
