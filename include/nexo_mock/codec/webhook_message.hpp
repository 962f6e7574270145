#pragma once

#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/domain/webhook_ledger.hpp>
#include <nexo_mock/version.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// What a webhook request is made of: the vendor's body and headers [D], or what a scenario made
/// of them.
struct webhook_message {
    std::string body;
    std::string_view type;                 ///< X-NEXO-Event-Type; static storage
    std::optional<std::string> signature;  ///< X-NEXO-Signature; none: the header is left out
};

/// Calls `use` with name and value of each header of the request that carries it, in the order in
/// which they are sent.
template <class Use>
void each_webhook_header(const webhook_message& message, Use use) {
    use("Content-Type", "application/json");
    use("User-Agent", "nexo-mock/" + std::string{version});
    use("X-NEXO-Event-Type", message.type);
    if (message.signature) use("X-NEXO-Signature", *message.signature);
}

/// Renders and signs an event, as its signature_kind wants it. `genuine` is the signer of
/// `secret`.
webhook_message compose_webhook(const domain::webhook_event& event, const webhook_signer& genuine,
                                std::string_view secret);

}  // namespace nexo_mock::codec
