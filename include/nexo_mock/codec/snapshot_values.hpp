#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/world.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Values that state documents are made of. What writes and what reads one stand side by side.
/// Those that write take an object that is open; those that read complain in the field, and answer
/// what is of use only if nothing was complained of.
namespace nexo_mock::codec {

/// The most that sums in a wallet may say: they fit into 63 bits.
inline constexpr auto most_in_wallet = domain::money::from_micros(9'000'000'000'000'000'000);

void write_time(json_writer& out, std::string_view name, domain::time_point at);
/// Times from `from` to `to`, both included.
struct time_span {
    domain::time_point from;
    domain::time_point to = domain::latest;
};

/// The beginning of the span if it is left out.
domain::time_point read_time(object_fields& fields, std::string_view name, const time_span& within);
domain::time_point require_time(object_fields& fields, std::string_view name,
                                const time_span& within);

/// Nothing where it is 0.
void write_count(json_writer& out, std::string_view name, std::uint64_t count);
std::uint64_t read_count(object_fields& fields, std::string_view name,
                         std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
/// An index of a list of that size, 0 if it is left out. Complains if there is none.
std::uint32_t read_index(const field& of, object_fields& fields, std::string_view name,
                         std::size_t size);

/// `usual` if it is left out.
bool read_flag(object_fields& fields, std::string_view name, bool usual);
/// Empty if it is left out.
std::string read_text(object_fields& fields, std::string_view name);

std::optional<domain::phone_number> require_phone(object_fields& fields, std::string_view name);
/// The number's own carrier is left out.
void write_carrier(json_writer& out, domain::carrier carrier, domain::phone_number of);
domain::carrier read_carrier(object_fields& fields, domain::phone_number of);

/// Buckets that hold nothing are left out.
void write_amounts(json_writer& out, std::string_view name, const domain::bucket_amounts& of);
domain::bucket_amounts read_amounts(object_fields& fields, std::string_view name);
/// An amount of a wallet, not negative.
domain::money require_sum(object_fields& fields, std::string_view name);
/// None if it is more than most_in_wallet. The amounts are not negative.
std::optional<domain::money> sum(std::span<const domain::money> amounts);

/// `status`, `error_code`, `carrier_status`.
void write_outcome(json_writer& out, const domain::delivery_outcome& of);
domain::delivery_outcome read_outcome(object_fields& fields);

/// `status`, `error`, `reply`, `took_us`.
void write_answer(json_writer& out, const domain::attempt_outcome& of);
domain::attempt_outcome read_answer(object_fields& fields);

/// An object of its own.
void write_target(json_writer& out, const domain::webhook_target& of);
domain::webhook_target read_target(const field& of);

inline constexpr std::array<named_value<domain::event_state>, 3> event_states{
    {{"waiting", domain::event_state::waiting},
     {"acknowledged", domain::event_state::acknowledged},
     {"given_up", domain::event_state::given_up}}};
inline constexpr std::array<named_value<domain::attempt_kind>, 3> attempt_kinds{
    {{"scheduled", domain::attempt_kind::scheduled},
     {"redelivery", domain::attempt_kind::redelivery},
     {"ping", domain::attempt_kind::ping}}};
inline constexpr std::array all_endpoints{domain::endpoint::send_otp, domain::endpoint::deliveries,
                                          domain::endpoint::balance};

/// The word of a value that has one.
template <class T, std::size_t Size>
constexpr std::string_view word_of(T value, const std::array<named_value<T>, Size>& words) {
    return std::ranges::find(words, value, &named_value<T>::value)->name;
}

/// One of the values of an enumeration, by their names.
template <class Values>
auto read_named(const field& of, const Values& all) -> std::optional<typename Values::value_type> {
    std::vector<named_value<typename Values::value_type>> words;
    for (const auto each : all)
        words.push_back({name(each), each});
    return read_word<typename Values::value_type>(of, words);
}

}  // namespace nexo_mock::codec
