#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/carrier.hpp>
#include <nexo_mock/domain/delay.hpp>
#include <nexo_mock/domain/glob.hpp>
#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/domain/money.hpp>
#include <nexo_mock/domain/rule.hpp>

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

/// Readers of the values that scenario files and control calls are made of. Each complains in the
/// field and answers none if the value is not of its kind.
namespace nexo_mock::codec {

/// The most that `times` and `every` may say.
inline constexpr std::uint64_t most_times = 1'000'000'000;

std::optional<domain::duration> read_duration(const field& of);
/// A duration, "25s..60s", or {"median": "90ms", "sigma": 0.4}.
std::optional<domain::delay> read_delay(const field& of);
/// "60s..120s"; either end may be left out. Warns of a range that is empty.
std::optional<domain::elapsed_range> read_elapsed(const field& of);
/// Never negative.
std::optional<domain::money> read_money(const field& of);
/// A list of addresses and blocks of them.
std::vector<domain::ip_range> read_ip_ranges(const field& of);
/// A pattern or a list of them.
std::optional<domain::glob_list> read_globs(const field& of);

/// Warns that no carrier has that slug.
void warn_unknown_carrier(const field& of, std::string_view slug);
/// The carrier of that slug; none, with a warning in the field, if there is none.
std::optional<domain::carrier> carrier_or_warning(const field& of, std::string_view slug);

/// Codes are free text, but one that is not known is more often a slip than a wish: warns of it.
/// Complains of an empty one.
void look_at_code(const field& of, std::string_view code, std::span<const std::string_view> known);
/// The same, for a code of the API's errors.
void look_at_error_code(const field& of, std::string_view code);

template <class T>
struct named_value {
    std::string_view name;
    T value;
};

/// One of a few words.
template <class T>
std::optional<T> read_word(const field& of, std::span<const named_value<T>> words) {
    const auto text = of.as_string();
    if (!text) return std::nullopt;
    std::vector<std::string_view> names;
    for (const auto& each : words) {
        if (each.name == *text) return each.value;
        names.push_back(each.name);
    }
    of.complain("expected " + one_of_words(names) + ", found \"" + *text + '"' +
                did_you_mean(*text, names));
    return std::nullopt;
}

template <class T>
std::optional<T> read_word(const field& of, std::initializer_list<named_value<T>> words) {
    return read_word<T>(of, std::span{words.begin(), words.size()});
}

}  // namespace nexo_mock::codec
