#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nexo_mock::domain {

/// Why a call to the vendor API was refused. The names are the `error` field of the reply:
/// unauthorized, ip_not_allowed, invalid_phone, invalid_code, no_route, insufficient_balance and
/// not_found are the vendor's [D]; the others are assumed [A].
enum class api_error : std::uint8_t {
    unauthorized,
    ip_not_allowed,
    not_found,
    method_not_allowed,
    invalid_json,
    payload_too_large,
    invalid_phone,
    invalid_code,
    no_route,
    insufficient_balance,
    rate_limited,
    internal_error,
    service_unavailable,
};

inline constexpr std::array all_api_errors{
    api_error::unauthorized,         api_error::ip_not_allowed, api_error::not_found,
    api_error::method_not_allowed,   api_error::invalid_json,   api_error::payload_too_large,
    api_error::invalid_phone,        api_error::invalid_code,   api_error::no_route,
    api_error::insufficient_balance, api_error::rate_limited,   api_error::internal_error,
    api_error::service_unavailable};

/// The code in the reply's `error` field. Static storage.
std::string_view name(api_error error);

std::optional<api_error> api_error_named(std::string_view code);

/// The HTTP status that goes with it unless a scenario's `api.errors` says another.
int default_status(api_error error);

}  // namespace nexo_mock::domain
