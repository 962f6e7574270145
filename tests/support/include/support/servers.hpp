#pragma once

#include <nexo_mock/server.hpp>
#include <support/scenarios.hpp>

#include <string>

namespace support {

/// Options for a server under test: that scenario, that clock, a fixed seed.
inline nexo_mock::server_options options_for(const std::string& scenario,
                                             const std::string& clock = "manual") {
    nexo_mock::server_options options;
    options.scenario = scenario_of(scenario);
    options.clock = nexo_mock::codec::parse_clock(clock).value();
    options.seed = 7;
    options.drain_webhooks =
        std::chrono::milliseconds{50};  // receivers that never answer are tested
    return options;
}

}  // namespace support
