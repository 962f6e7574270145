#include <nexo_mock/domain/step.hpp>

#include <array>
#include <string_view>

namespace nexo_mock::domain {

namespace {

struct failure {
    std::string_view error_code;
    std::string_view carrier_status;
};

constexpr std::array failures{
    failure{"no_answer", "no_answer"},           failure{"busy", "user_busy"},
    failure{"rejected", "call_rejected"},        failure{"unreachable", "subscriber_absent"},
    failure{"invalid_number", "unallocated"},    failure{"suspended", "service_suspended"},
    failure{"barred", "incoming_barred"},        failure{"carrier_blocked", "operator_block"},
    failure{"early_hangup", "hangup_early"},     failure{"voicemail", "answered_machine"},
    failure{"network_error", "network_failure"}, failure{"timeout", "no_report"},
};

}  // namespace

bool operator==(const choice& a, const choice& b) {
    return a.steps == b.steps;
}

std::string_view name(delivery_status status) {
    switch (status) {
        case delivery_status::sent: return "sent";
        case delivery_status::delivered: return "delivered";
        case delivery_status::failed: return "failed";
    }
    return {};
}

std::span<const std::string_view> known_failures() {
    static constexpr auto codes = [] {
        std::array<std::string_view, failures.size()> all;
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = failures[i].error_code;
        return all;
    }();
    return codes;
}

std::string_view carrier_status_for(std::string_view error_code) {
    for (const auto& each : failures) {
        if (each.error_code == error_code) return each.carrier_status;
    }
    return error_code;
}

}  // namespace nexo_mock::domain
