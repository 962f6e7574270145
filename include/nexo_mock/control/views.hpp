#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/control/host.hpp>

/// The JSON of the control API's replies. Times are in milliseconds, keys are masked.
namespace nexo_mock::control {

/// Everything known of one delivery: code, rule, buckets, webhooks with every attempt.
void write_delivery(codec::json_writer& json, const domain::world& world, std::uint64_t ordinal);

void write_clock(codec::json_writer& json, const clock_view& clock);
void write_advance(codec::json_writer& json, const advance_report& report);
void write_health(codec::json_writer& json, const health_view& health);

}  // namespace nexo_mock::control
