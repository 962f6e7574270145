#pragma once

#include <nexo_mock/domain/delay.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace nexo_mock::domain {

/// What a webhook carries for a signature.
enum class signature_kind : std::uint8_t {
    valid,         ///< as the vendor documents it [D]
    missing,       ///< no X-NEXO-Signature at all
    wrong_secret,  ///< computed in the right way, with another secret
    raw_secret,    ///< keyed with the secret itself instead of its digest: the usual mistake
    tampered,      ///< right for the event as it was; the body says another status
};

inline constexpr std::array all_signature_kinds{
    signature_kind::valid, signature_kind::missing, signature_kind::wrong_secret,
    signature_kind::raw_secret, signature_kind::tampered};

std::string_view name(signature_kind kind);

/// How the webhooks of a delivery misbehave. The default does not.
struct webhook_manner {
    static constexpr std::uint32_t most_copies = 100;

    std::uint32_t copies = 1;  ///< 0: none is sent. Copies go one after another, each with retries
    delay wait;                ///< simulated time between the event and the first attempt
    /// The reply to the send waits until the first attempt has ended.
    bool before_reply = false;
    signature_kind signature = signature_kind::valid;

    friend bool operator==(const webhook_manner&, const webhook_manner&) = default;
};

}  // namespace nexo_mock::domain
