#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/webhook_message.hpp>

namespace nexo_mock::codec {

namespace {

using domain::delivery_status;
using domain::signature_kind;

constexpr std::size_t usual_bytes = 320;  // of a body

/// What somebody without the secret would make of an event: a failure into a delivery.
domain::webhook_event forged(domain::webhook_event event) {
    const bool delivered = event.outcome.status == delivery_status::delivered;
    event.outcome.status = delivered ? delivery_status::failed : delivery_status::delivered;
    return event;
}

std::string signature_for(const std::string& body, const domain::webhook_event& event,
                          const webhook_signer& genuine, std::string_view secret) {
    switch (event.signature) {
        case signature_kind::wrong_secret:
            return webhook_signer{std::string{secret} + " of another account"}.sign(body);
        case signature_kind::raw_secret: return webhook_signer::with_raw_key(secret).sign(body);
        case signature_kind::tampered: {
            std::string untouched;
            append_webhook(untouched, event);
            return genuine.sign(untouched);
        }
        case signature_kind::valid:
        case signature_kind::missing: break;
    }
    return genuine.sign(body);
}

}  // namespace

webhook_message compose_webhook(const domain::webhook_event& event, const webhook_signer& genuine,
                                std::string_view secret) {
    const bool is_forged = event.signature == signature_kind::tampered;
    const auto forgery = is_forged ? std::optional{forged(event)} : std::nullopt;
    const auto& told = forgery ? *forgery : event;
    webhook_message message;
    message.body.reserve(usual_bytes);
    append_webhook(message.body, told);
    message.type = webhook_type(told.outcome.status);
    if (event.signature != signature_kind::missing) {
        message.signature = signature_for(message.body, event, genuine, secret);
    }
    return message;
}

}  // namespace nexo_mock::codec
