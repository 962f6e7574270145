#pragma once

#include <nexo_mock/runtime/server.hpp>
#include <support/scenarios.hpp>

#include <string>

namespace support {

/// What cases of the suite api start.
using nexo_mock::runtime::built_in_scenario;
using nexo_mock::runtime::server;
using nexo_mock::runtime::server_options;

/// Every call is answered, two seconds after the send.
inline constexpr const char* delivers =
    R"({"rules": [{"then": {"deliver": true, "after": "2s"}}]})";
/// The same of accounts that can pay for many.
inline constexpr const char* delivers_many =
    R"({"account_defaults": {"balance": 1000000}, "rules": [{"then": {"deliver": true, "after": "2s"}}]})";

/// Options for a server under test: that scenario, that clock, a fixed seed.
inline server_options options_for(const std::string& scenario,
                                  const std::string& clock = "manual") {
    server_options options;
    options.scenario = scenario_of(scenario);
    options.clock = nexo_mock::codec::parse_clock(clock).value();
    options.seed = 7;
    options.drain_webhooks =
        std::chrono::milliseconds{50};  // receivers that never answer are tested
    return options;
}

}  // namespace support
