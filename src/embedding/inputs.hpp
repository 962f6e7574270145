#pragma once

#include <nexo_mock/clock.hpp>
#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/phone_number.hpp>
#include <nexo_mock/domain/scenario.hpp>
#include <nexo_mock/runtime/server.hpp>
#include <nexo_mock/scenario.hpp>
#include <nexo_mock/server.hpp>

#include <string_view>
#include <vector>

/// What users give, as the inner layers take it. Throws std::invalid_argument with what is wrong
/// and what would be right.
namespace nexo_mock::embedding {

domain::scenario_ptr read(const scenario& source);
runtime::server_options read(const server_options& options);
codec::clock_setting read(const clock_setting& clock);
domain::phone_number read_phone(std::string_view text);
domain::webhook_target_ptr read_target(std::string_view url, std::string_view secret);
domain::bucket_amounts read(const wallet& amounts);
domain::money read_amount(money amount);

/// A line for each mistake in a text of that name.
[[noreturn]] void refuse(const std::vector<codec::diagnostic>& mistakes, std::string_view name);

}  // namespace nexo_mock::embedding
