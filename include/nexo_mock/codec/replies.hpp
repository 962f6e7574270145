#pragma once

#include <nexo_mock/domain/webhook_ledger.hpp>
#include <nexo_mock/domain/world.hpp>

#include <string>
#include <string_view>

/// The bodies of the vendor API, with the vendor's fields in the vendor's order. Each appends.
namespace nexo_mock::codec {

inline constexpr std::string_view deposit_url = "https://nexoroute.dev/dashboard/deposit";

void append_send_accepted(std::string& out, const domain::send_accepted& reply);
void append_delivery(std::string& out, const domain::delivery_report& reply);
void append_balance(std::string& out, const domain::bucket_amounts& reply);

/// {"ok":false,"error":…}; insufficient_balance carries `deposit_url` too [A].
void append_error(std::string& out, std::string_view code);

/// A webhook's body [D].
void append_webhook(std::string& out, const domain::webhook_event& event);

/// The body's `id`: the delivery's, or "test" for the sample event of a ping [A].
std::string webhook_id(const domain::webhook_event& event);

/// "otp.delivered" or "otp.failed", the body's `type` and the X-NEXO-Event-Type header [D].
std::string_view webhook_type(domain::delivery_status status);

}  // namespace nexo_mock::codec
