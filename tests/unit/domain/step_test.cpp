#include <nexo_mock/domain/step.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace nexo_mock::domain;

TEST_CASE("every failure of the contract has its carrier status") {
    struct row {
        std::string_view error_code;
        std::string_view carrier_status;
    };
    for (const auto& [error_code, carrier_status] :
         {row{"no_answer", "no_answer"}, row{"busy", "user_busy"}, row{"rejected", "call_rejected"},
          row{"unreachable", "subscriber_absent"}, row{"invalid_number", "unallocated"},
          row{"suspended", "service_suspended"}, row{"barred", "incoming_barred"},
          row{"carrier_blocked", "operator_block"}, row{"early_hangup", "hangup_early"},
          row{"voicemail", "answered_machine"}, row{"network_error", "network_failure"},
          row{"timeout", "no_report"}}) {
        CAPTURE(error_code);
        CHECK(carrier_status_for(error_code) == carrier_status);
    }
}

TEST_CASE("a failure of one's own is its own carrier status") {
    CHECK(carrier_status_for("on_strike") == "on_strike");
    CHECK(carrier_status_for("").empty());
}

TEST_CASE("delivered and failed are the end, sent is not") {
    CHECK(name(delivery_status::sent) == "sent");
    CHECK(name(delivery_status::delivered) == "delivered");
    CHECK(name(delivery_status::failed) == "failed");
    CHECK_FALSE(is_terminal(delivery_status::sent));
    CHECK(is_terminal(delivery_status::delivered));
    CHECK(is_terminal(delivery_status::failed));
}
