#include <nexo_mock/domain/api_error.hpp>

namespace nexo_mock::domain {

std::string_view name(api_error error) {
    switch (error) {
        case api_error::unauthorized: return "unauthorized";
        case api_error::ip_not_allowed: return "ip_not_allowed";
        case api_error::not_found: return "not_found";
        case api_error::method_not_allowed: return "method_not_allowed";
        case api_error::invalid_json: return "invalid_json";
        case api_error::payload_too_large: return "payload_too_large";
        case api_error::invalid_phone: return "invalid_phone";
        case api_error::invalid_code: return "invalid_code";
        case api_error::no_route: return "no_route";
        case api_error::insufficient_balance: return "insufficient_balance";
        case api_error::rate_limited: return "rate_limited";
        case api_error::internal_error: return "internal_error";
        case api_error::service_unavailable: return "service_unavailable";
    }
    return {};
}

std::optional<api_error> api_error_named(std::string_view code) {
    for (const auto error : all_api_errors) {
        if (name(error) == code) return error;
    }
    return std::nullopt;
}

int default_status(api_error error) {
    switch (error) {
        case api_error::unauthorized: return 401;
        case api_error::ip_not_allowed: return 403;
        case api_error::not_found: return 404;
        case api_error::method_not_allowed: return 405;
        case api_error::invalid_json: return 400;
        case api_error::payload_too_large: return 413;
        case api_error::invalid_phone: return 400;
        case api_error::invalid_code: return 400;
        case api_error::no_route: return 422;
        case api_error::insufficient_balance: return 402;
        case api_error::rate_limited: return 429;
        case api_error::internal_error: return 500;
        case api_error::service_unavailable: return 503;
    }
    return 500;
}

}  // namespace nexo_mock::domain
