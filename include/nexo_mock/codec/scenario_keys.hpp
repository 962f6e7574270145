#pragma once

#include <array>
#include <string_view>

/// Which keys the parts of a scenario have, for hints on those that are in the wrong place.
namespace nexo_mock::codec::keys {

inline constexpr std::array<std::string_view, 6> of_api{"price", "refund_failed", "spend_order",
                                                        "keys",  "no_route",      "errors"};
inline constexpr std::array<std::string_view, 6> of_webhook_settings{
    "url", "secret", "timeout", "retry", "ca_file", "insecure"};
inline constexpr std::array<std::string_view, 5> of_account{
    "balance", "bonus_credit", "free_credit", "ip_allowlist", "revoked"};
inline constexpr std::array<std::string_view, 9> of_when{
    "endpoint", "carrier", "phone", "code", "key", "state", "elapsed", "every", "chance"};
inline constexpr std::array<std::string_view, 18> of_step{
    "deliver",        "fail",  "pending", "timeline",  "error", "fault",
    "one_of",         "after", "status",  "headers",   "body",  "latency",
    "carrier_status", "cost",  "webhook", "set_state", "times", "weight"};
inline constexpr std::array<std::string_view, 2> of_rule{"end", "per"};
inline constexpr std::array<std::string_view, 4> of_webhook_manner{"copies", "delay",
                                                                   "before_reply", "signature"};
inline constexpr std::array<std::string_view, 3> of_target{"url", "secret", "retry"};
inline constexpr std::array<std::string_view, 3> like_retry_after{"retry_after", "retry-after",
                                                                  "Retry-After"};

}  // namespace nexo_mock::codec::keys
