#include <nexo_mock/domain/fault.hpp>

namespace nexo_mock::domain {

std::string_view name(fault_kind kind) {
    switch (kind) {
        case fault_kind::reset: return "reset";
        case fault_kind::close: return "close";
        case fault_kind::hang: return "hang";
        case fault_kind::truncate: return "truncate";
        case fault_kind::garbage: return "garbage";
        case fault_kind::slow: return "slow";
    }
    return {};
}

fault fault::usual(fault_kind kind) {
    using namespace std::chrono_literals;
    if (kind == fault_kind::hang) return {kind, delay::fixed(60s)};
    if (kind == fault_kind::slow) return {kind, delay::fixed(10s)};
    return {kind, delay{}};
}

}  // namespace nexo_mock::domain
