#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/control/host.hpp>

/// The JSON of the control API's replies. Times are in milliseconds, keys are masked.
namespace nexo_mock::control {

/// Everything known of one delivery: code, rule, buckets, timeline, webhooks with every attempt.
void write_delivery(codec::json_writer& json, const domain::world& world, std::uint64_t ordinal);

/// The smallest scenario in which the delivery happens again.
void write_scenario_of(codec::json_writer& json, const domain::world& world, std::uint64_t ordinal);

enum class attempt_part : std::uint8_t { whole, without_request };
/// `key` is the account's; it is masked here.
void write_sent_attempt(codec::json_writer& json, const domain::sent_attempt& attempt,
                        std::string_view key, attempt_part part = attempt_part::whole);
/// "acknowledged" or "failed".
std::string_view outcome_name(const domain::attempt_outcome& outcome);

enum class call_part : std::uint8_t { whole, without_bodies };
/// `world` is the account's; null for a call that belongs to none.
void write_call(codec::json_writer& json, const domain::call_record& call,
                const domain::world* world, call_part part = call_part::whole);

/// What followers are told of a delivery that got a status; false, and nothing is written, if it is
/// gone.
bool write_delivery_event(codec::json_writer& json, const domain::world& world,
                          std::uint64_t ordinal, const domain::past_change& change);

void write_account(codec::json_writer& json, const visited_account& account);

void write_clock(codec::json_writer& json, const clock_view& clock);
void write_advance(codec::json_writer& json, const advance_report& report);
void write_health(codec::json_writer& json, const health_view& health);

}  // namespace nexo_mock::control
