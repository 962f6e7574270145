#include <nexo_mock/codec/condition_reader.hpp>
#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/scenario_keys.hpp>
#include <nexo_mock/codec/step_reader.hpp>
#include <nexo_mock/codec/value_readers.hpp>

namespace nexo_mock::codec {

namespace {

/// For calls that are no sends, only errors, faults and latencies do something, and a `deliver`
/// lets them through.
void warn_of_courses_without_a_send(const field& then, const domain::rule& of) {
    if (!of.when.call || of.when.call == domain::endpoint::send_otp) return;
    const auto items = then.as_items_or_self();
    for (std::size_t i = 0; i < of.steps.size(); ++i) {
        for (const auto* key : {"fail", "pending", "timeline"}) {
            if (!items[i].child(key)) continue;
            items[i].warn('"' + std::string{key} + "\" does nothing to a call of \"" +
                          std::string{name(*of.when.call)} + "\": it is for sends");
        }
    }
}

}  // namespace

domain::rule read_rule(const field& of, std::size_t number) {
    domain::rule read;
    object_fields fields{of};
    read.name = "rule " + std::to_string(number);
    if (const auto name = fields.get("name")) read.name = name->as_string().value_or(read.name);
    if (const auto when = fields.get("when")) read.when = read_condition(*when);
    if (const auto then = fields.require("then")) {
        for (const auto& each : then->as_items_or_self()) {
            read.steps.push_back(read_step(each));
        }
        if (read.steps.empty()) then->complain("a rule needs at least one step");
        warn_of_courses_without_a_send(*then, read);
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
    fields.hint(keys::of_when, R"(it belongs inside "when")");
    fields.hint(keys::of_step, R"(it belongs inside "then")");
    fields.finish();
    return read;
}

rule_reading read_put_rule(std::string_view text) {
    rule_reading reading;
    const auto parsed = read_json(text);
    if (const auto* broken = std::get_if<syntax_error>(&parsed)) {
        reading.mistakes.push_back({broken->at, "", broken->message, severity::error});
        return reading;
    }
    const field body{std::get<json_node>(parsed), "", reading.mistakes};
    auto rule = read_rule(body, 1);
    if (!body.child("name")) rule.name = "put rule";
    sort_by_place(reading.mistakes);
    if (!has_errors(reading.mistakes)) reading.rule = std::move(rule);
    return reading;
}

}  // namespace nexo_mock::codec
