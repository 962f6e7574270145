#pragma once

#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/domain/scenario.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// Where webhooks may go, as `--webhook-allow` lists it. An entry is a host name ("app.test", or
/// "*.app.test" for all names below it), an address, or a range of them ("10.0.0.0/8"); with a port
/// behind it, it is about that port alone ("app.test:8080", "[::1]:8080", "[fd00::/8]:443").
///
/// An address is allowed if an entry holds it, whatever name leads there. A name that is allowed
/// may lead to any address of the public internet; where it leads to another one (a loopback,
/// private or link-local address) that has to be allowed itself, so that whoever owns the name's
/// zone can't point it at what is near. "localhost" may lead to loopback addresses.
class allowed_targets {
 public:
    /// Allows everything.
    allowed_targets() = default;

    /// Adds entries with commas between; the first that is none is answered, and none is added.
    std::optional<std::string> add(std::string_view entries);

    bool allow_all() const { return entries_.empty(); }

    /// False if no connection to that host (a name, or an address as it is) and port can ever be
    /// allowed.
    bool may_lead_to(std::string_view host, std::string_view port) const;
    /// Whether one is allowed to the address that the host was found to be.
    bool allow(std::string_view host, std::string_view port,
               const domain::ip_address& address) const;

    /// Why webhooks never get to the URL, in words; empty if they may.
    std::string objection_to(const http_url& to) const;
    /// The same for the first such URL of a scenario, with the place it stands at.
    std::string objection_to(const domain::scenario& all) const;

    /// The entries as they were given.
    std::string text() const;

 private:
    struct entry {
        std::string text;
        std::string name;                   ///< in lower case; empty: a range
        bool holds_names_below = false;     ///< "*." stood before it
        domain::ip_range range;             ///< if it is no name
        std::optional<std::uint16_t> port;  ///< none: any
        bool fits_name(std::string_view host) const;
    };

    static std::optional<entry> parse(std::string_view text);

    std::vector<entry> entries_;
};

/// What allowed_targets::add() takes, for messages.
inline constexpr std::string_view allowed_target_forms =
    "host names (app.test, *.app.test), addresses and ranges (10.0.0.0/8, fd00::/8), with commas "
    "between and a port behind them if they are about it alone (app.test:8080, [::1]:8080)";

}  // namespace nexo_mock::codec
