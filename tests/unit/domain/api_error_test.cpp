#include <nexo_mock/domain/api_error.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace nexo_mock::domain;

TEST_CASE("every API error has a name of its own and a status of failure") {
    std::set<std::string> names;
    for (const auto error : all_api_errors) {
        CAPTURE(name(error));
        CHECK(names.insert(std::string{name(error)}).second);
        CHECK(name(error).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
        CHECK_FALSE(name(error).empty());
        CHECK(default_status(error) >= 400);
        CHECK(default_status(error) <= 599);
        CHECK(api_error_named(name(error)) == error);
    }
    const auto last = static_cast<std::size_t>(api_error::service_unavailable);
    CHECK(all_api_errors.size() == last + 1);
}

TEST_CASE("API errors have the statuses of the contract") {
    struct row {
        std::string_view code;
        int status;
    };
    for (const auto& [code, status] :
         {row{"unauthorized", 401}, row{"ip_not_allowed", 403}, row{"not_found", 404},
          row{"method_not_allowed", 405}, row{"invalid_json", 400}, row{"payload_too_large", 413},
          row{"invalid_phone", 400}, row{"invalid_code", 400}, row{"no_route", 422},
          row{"insufficient_balance", 402}, row{"rate_limited", 429}, row{"internal_error", 500},
          row{"service_unavailable", 503}}) {
        CAPTURE(code);
        const auto error = api_error_named(code);
        REQUIRE(error.has_value());
        CHECK(default_status(*error) == status);
    }
}

TEST_CASE("a code that is no API error names none") {
    for (const std::string_view code :
         {"", "Unauthorized", "not found", "teapot", "unauthorized "}) {
        CAPTURE(code);
        CHECK_FALSE(api_error_named(code).has_value());
    }
}
