#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/api_error.hpp>
#include <nexo_mock/domain/carrier.hpp>
#include <nexo_mock/domain/phone_number.hpp>

#include <algorithm>
#include <span>

namespace nexo_mock::codec {

namespace {

using domain::course;
using domain::delivery_status;
using domain::endpoint;
using domain::step;

constexpr std::uint64_t most_times = 1'000'000'000;
constexpr std::size_t longest_timeline = 1000;

/// Which names of a step are its action; a step has exactly one of them.
constexpr std::array<std::string_view, 6> actions{"deliver",  "fail",  "pending",
                                                  "timeline", "error", "one_of"};

/// What may stand beside an action.
constexpr std::array<std::string_view, 8> companions{"after", "carrier_status", "status", "headers",
                                                     "body",  "set_state",      "times",  "weight"};

void warn_of_impossible_phones(const field& of) {
    for (const auto& each : of.as_items_or_self()) {
        const auto& text = each.node().text;
        if (!each.is(json_kind::string)) continue;
        const bool is_possible =
            domain::glob{text}.is_literal()
                ? domain::phone_number::parse(text).has_value()
                : text.starts_with('+') || text.starts_with('*') || text.starts_with('?');
        if (!is_possible) {
            each.warn('"' + text + "\" can match no number: numbers look like \"+84981234567\"");
        }
    }
}

void warn_of_unknown_carriers(const field& of) {
    for (const auto& each : of.as_items_or_self()) {
        const auto& text = each.node().text;
        const bool is_slug = each.is(json_kind::string) && domain::glob{text}.is_literal();
        if (is_slug && !domain::carrier_named(text)) warn_unknown_carrier(each, text);
    }
}

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
    const auto globs = [&](std::string_view name, domain::glob_list& into) {
        const auto given = fields.get(name);
        if (!given) return;
        if (auto read = read_globs(*given)) into = std::move(*read);
    };
    globs("phone", when.phone);
    if (const auto phones = fields.get("phone")) warn_of_impossible_phones(*phones);
    globs("code", when.code);
    globs("key", when.key);
    globs("carrier", when.carrier);
    if (const auto carriers = fields.get("carrier")) warn_of_unknown_carriers(*carriers);
    globs("state", when.state);
    if (const auto elapsed = fields.get("elapsed")) when.elapsed = read_elapsed(*elapsed);
    if (const auto every = fields.get("every")) {
        when.every = static_cast<std::uint32_t>(every->as_integer(1, most_times).value_or(1));
    }
    if (const auto chance = fields.get("chance")) {
        when.chance = chance->as_number(0, 1).value_or(1);
    }
    fields.finish();
    return when;
}

domain::delay read_after(object_fields& fields) {
    const auto after = fields.get("after");
    return after ? read_delay(*after).value_or(domain::delay{}) : domain::delay{};
}

std::string read_text(object_fields& fields, std::string_view name, std::string otherwise) {
    const auto given = fields.get(name);
    return given ? given->as_string().value_or("") : std::move(otherwise);
}

/// `deliver` and `pending` are switches that are only ever on.
void expect_true(const field& of) {
    if (!of.is(json_kind::boolean) || !of.node().boolean) of.complain_expected("true");
}

course read_deliver(const field& action, object_fields& fields) {
    expect_true(action);
    return {{{read_after(fields),
              {delivery_status::delivered, "", read_text(fields, "carrier_status", "success")}}}};
}

course read_fail(const field& action, object_fields& fields) {
    const auto code = action.as_string().value_or("");
    if (action.is(json_kind::string)) look_at_code(action, code, domain::known_failures());
    auto usual = std::string{domain::carrier_status_for(code)};
    return {
        {{read_after(fields),
          {delivery_status::failed, code, read_text(fields, "carrier_status", std::move(usual))}}}};
}

domain::course_event read_course_event(const field& of) {
    object_fields fields{of};
    domain::course_event event;
    event.after = read_after(fields);
    if (const auto status = fields.require("status")) {
        event.outcome.status =
            read_word<delivery_status>(*status, {{"sent", delivery_status::sent},
                                                 {"delivered", delivery_status::delivered},
                                                 {"failed", delivery_status::failed}})
                .value_or(delivery_status::sent);
    }
    const bool failed = event.outcome.status == delivery_status::failed;
    event.outcome.error_code = read_text(fields, "error_code", failed ? "no_answer" : "");
    auto usual = event.outcome.status == delivery_status::delivered
                     ? std::string{"success"}
                     : std::string{domain::carrier_status_for(event.outcome.error_code)};
    event.outcome.carrier_status = read_text(fields, "carrier_status", std::move(usual));
    fields.finish();
    return event;
}

course read_timeline(const field& action) {
    course read;
    const auto items = action.as_items();
    if (items.size() > longest_timeline) {
        action.complain("a timeline has " + std::to_string(longest_timeline) + " events at most");
        return read;
    }
    for (const auto& each : items)
        read.events.push_back(read_course_event(each));
    return read;
}

bool is_header(std::string_view name, std::string_view value) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !name.empty() && name.find_first_not_of(letters) == std::string_view::npos &&
           value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

/// Headers that say where a message ends; two opinions on that are none.
bool is_of_the_connection(std::string_view name) {
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return lower == "content-length" || lower == "transfer-encoding" || lower == "connection";
}

domain::refusal_step read_error(const field& action, object_fields& fields) {
    domain::refusal_step refused;
    refused.error = action.as_string().value_or("");
    if (action.is(json_kind::string)) look_at_error_code(action, refused.error);
    if (const auto status = fields.get("status")) {
        if (const auto read = status->as_integer(200, 599))
            refused.status = static_cast<int>(*read);
    }
    if (const auto headers = fields.get("headers")) {
        for (const auto& [name, value] : headers->as_members()) {
            const auto text = value.as_string();
            if (!text) continue;
            if (!is_header(name, *text)) value.complain("not a header that HTTP can carry");
            if (is_of_the_connection(name)) {
                value.complain("the header \"" + name + "\" is the connection's own business");
            }
            refused.headers.emplace_back(name, *text);
        }
    }
    if (const auto body = fields.get("body")) refused.body = body->as_string();
    return refused;
}

enum class place : std::uint8_t { in_list, in_choice };

step read_step(const field& of, place where);

domain::choice read_one_of(const field& action) {
    domain::choice read;
    double total = 0;
    for (const auto& each : action.as_items()) {
        read.steps.push_back(read_step(each, place::in_choice));
        total += read.steps.back().weight;
    }
    if (action.is(json_kind::array) && total <= 0) {
        action.complain("none of the steps has a weight above 0");
    }
    return read;
}

step read_step(const field& of, place where) {
    step read;
    object_fields fields{of};
    std::vector<field> given;
    std::vector<std::string_view> names;
    for (const auto name : actions) {
        if (const auto action = fields.get(name)) {
            given.push_back(*action);
            names.push_back(name);
        }
    }
    if (given.size() != 1) {
        if (of.is(json_kind::object)) {
            of.complain(given.empty()
                            ? "a step needs one of " + one_of_words(actions)
                            : "a step has one action, not both \"" + std::string{names[0]} +
                                  "\" and \"" + std::string{names[1]} + '"');
        }
        if (given.empty()) {
            for (const auto name : companions)
                fields.get(name);
            fields.finish();
            return read;
        }
    }
    if (names[0] == "deliver") read.action = read_deliver(given[0], fields);
    if (names[0] == "fail") read.action = read_fail(given[0], fields);
    if (names[0] == "pending") {
        expect_true(given[0]);
        read.action = course{};
    }
    if (names[0] == "timeline") read.action = read_timeline(given[0]);
    if (names[0] == "error") read.action = read_error(given[0], fields);
    if (names[0] == "one_of") read.action = read_one_of(given[0]);

    if (const auto state = fields.get("set_state")) read.set_state = state->as_string();
    if (where == place::in_choice) {
        if (const auto weight = fields.get("weight")) {
            read.weight = weight->as_number(0, 1e9).value_or(1);
        }
    } else if (const auto times = fields.get("times")) {
        read.times = static_cast<std::uint32_t>(times->as_integer(1, most_times).value_or(1));
    }
    fields.finish();
    return read;
}

}  // namespace

domain::rule read_rule(const field& of, std::size_t number) {
    domain::rule read;
    object_fields fields{of};
    read.name = read_text(fields, "name", "rule " + std::to_string(number));
    if (const auto when = fields.get("when")) read.when = read_condition(*when);
    if (const auto then = fields.require("then")) {
        for (const auto& each : then->as_items_or_self()) {
            read.steps.push_back(read_step(each, place::in_list));
        }
        if (read.steps.empty()) then->complain("a rule needs at least one step");
    }
    if (const auto end = fields.get("end")) {
        read.end = read_word<domain::sequence_end>(
                       *end, {{"stay", domain::sequence_end::stay},
                              {"loop", domain::sequence_end::loop},
                              {"fall_through", domain::sequence_end::fall_through}})
                       .value_or(read.end);
    }
    if (const auto per = fields.get("per")) {
        read.per = read_word<domain::counting>(*per, {{"account", domain::counting::per_account},
                                                      {"phone", domain::counting::per_phone}})
                       .value_or(read.per);
    }
    fields.finish();
    return read;
}

}  // namespace nexo_mock::codec
