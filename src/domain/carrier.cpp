#include <nexo_mock/domain/carrier.hpp>

namespace nexo_mock::domain {

std::string_view name(carrier which) {
    switch (which) {
        case carrier::viettel: return "viettel";
        case carrier::vinaphone: return "vinaphone";
        case carrier::mobifone: return "mobifone";
        case carrier::vietnamobile: return "vietnamobile";
        case carrier::gmobile: return "gmobile";
        case carrier::itel: return "itel";
        case carrier::reddi: return "reddi";
    }
    return {};
}

std::optional<carrier> carrier_named(std::string_view slug) {
    for (const auto which : all_carriers) {
        if (name(which) == slug) return which;
    }
    return std::nullopt;
}

}  // namespace nexo_mock::domain
