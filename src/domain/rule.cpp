#include <nexo_mock/domain/rule.hpp>

namespace nexo_mock::domain {

std::string_view name(endpoint which) {
    switch (which) {
        case endpoint::send_otp: return "send-otp";
        case endpoint::deliveries: return "deliveries";
        case endpoint::balance: return "balance";
    }
    return {};
}

const step* rule::step_after(std::uint64_t used) const {
    if (end == sequence_end::loop) {
        std::uint64_t round = 0;
        for (const auto& each : steps)
            round += each.times;
        used %= round;
    }
    for (const auto& each : steps) {
        if (used < each.times) return &each;
        used -= each.times;
    }
    return end == sequence_end::fall_through ? nullptr : &steps.back();
}

}  // namespace nexo_mock::domain
