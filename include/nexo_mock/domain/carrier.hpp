#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nexo_mock::domain {

/// Networks of Vietnamese mobile numbers. `viettel` is the vendor's own slug [D]; vinaphone,
/// mobifone and vietnamobile are inferred [I]; gmobile, itel and reddi are assumed [A].
enum class carrier : std::uint8_t {
    viettel,
    vinaphone,
    mobifone,
    vietnamobile,
    gmobile,
    itel,
    reddi,
};

inline constexpr std::array all_carriers{
    carrier::viettel, carrier::vinaphone, carrier::mobifone, carrier::vietnamobile,
    carrier::gmobile, carrier::itel,      carrier::reddi};

/// The slug used in replies and scenario files. Static storage.
std::string_view name(carrier which);

/// The carrier with that slug, if there is one.
std::optional<carrier> carrier_named(std::string_view slug);

}  // namespace nexo_mock::domain
