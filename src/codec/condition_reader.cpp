#include <nexo_mock/codec/condition_reader.hpp>
#include <nexo_mock/codec/scenario_keys.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/domain/carrier.hpp>
#include <nexo_mock/domain/otp_code.hpp>
#include <nexo_mock/domain/phone_number.hpp>

namespace nexo_mock::codec {

namespace {

using domain::endpoint;

/// Calls `look` with each pattern that is a string, or with each of those without wildcards.
template <class Look>
void for_each_literal(const field& of, Look look) {
    for (const auto& each : of.as_items_or_self()) {
        const auto& text = each.node().text;
        if (each.is(json_kind::string) && domain::glob{text}.is_literal()) look(each, text);
    }
}

void warn_of_impossible_phones(const field& of) {
    constexpr auto form = "\" can match no number: numbers look like \"+84981234567\"";
    for (const auto& each : of.as_items_or_self()) {
        const auto& text = each.node().text;
        if (!each.is(json_kind::string)) continue;
        const bool is_possible =
            domain::glob{text}.is_literal()
                ? domain::phone_number::parse(text).has_value()
                : text.starts_with('+') || text.starts_with('*') || text.starts_with('?');
        if (!is_possible) each.warn('"' + text + form);
    }
}

void warn_of_impossible_codes(const field& of) {
    for_each_literal(of, [](const field& each, const std::string& text) {
        if (domain::otp_code::parse(text)) return;
        each.warn('"' + text + "\" can match no code: codes have 4 to 8 digits");
    });
}

void warn_of_impossible_keys(const field& of) {
    for_each_literal(of, [](const field& each, const std::string& text) {
        if (domain::is_well_formed_key(text)) return;
        each.warn('"' + text + "\" can match no key: keys begin with \"sk_live_\"");
    });
}

void warn_of_unknown_carriers(const field& of) {
    for_each_literal(of, [](const field& each, const std::string& text) {
        if (!domain::carrier_named(text)) warn_unknown_carrier(each, text);
    });
}

/// Only calls about a delivery have a number, a code and a carrier.
void warn_of_what_balance_has_not(object_fields& fields) {
    for (const std::string_view name : {"phone", "code", "carrier"}) {
        if (const auto given = fields.get(name)) {
            given->warn("no call fits: calls of \"balance\" have no " + std::string{name});
        }
    }
}

}  // namespace

domain::condition read_condition(const field& of) {
    domain::condition when;
    object_fields fields{of};
    if (const auto call = fields.get("endpoint")) {
        const auto read =
            read_word<std::optional<endpoint>>(*call, {{"send-otp", endpoint::send_otp},
                                                       {"deliveries", endpoint::deliveries},
                                                       {"balance", endpoint::balance},
                                                       {"any", std::nullopt}});
        if (read) when.call = *read;
    }
    const auto globs = [&](std::string_view name, domain::glob_list& into,
                           void (*look)(const field&)) {
        const auto given = fields.get(name);
        if (!given) return;
        if (auto read = read_globs(*given)) into = std::move(*read);
        if (look != nullptr) look(*given);
    };
    globs("phone", when.phone, warn_of_impossible_phones);
    globs("code", when.code, warn_of_impossible_codes);
    globs("key", when.key, warn_of_impossible_keys);
    globs("carrier", when.carrier, warn_of_unknown_carriers);
    globs("state", when.state, nullptr);
    if (const auto elapsed = fields.get("elapsed")) when.elapsed = read_elapsed(*elapsed);
    if (when.call == endpoint::balance) warn_of_what_balance_has_not(fields);
    if (const auto every = fields.get("every")) {
        when.every = static_cast<std::uint32_t>(every->as_integer(1, most_times).value_or(1));
    }
    if (const auto chance = fields.get("chance")) {
        when.chance = chance->as_number(0, 1).value_or(1);
    }
    fields.hint(keys::of_rule, R"(it belongs beside "when" and "then")");
    fields.hint(keys::of_step, R"(it belongs inside "then")");
    fields.finish();
    return when;
}

}  // namespace nexo_mock::codec
