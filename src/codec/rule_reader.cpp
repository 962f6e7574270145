#include <nexo_mock/codec/condition_reader.hpp>
#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/step_reader.hpp>
#include <nexo_mock/codec/value_readers.hpp>

#include <array>

namespace nexo_mock::codec {

namespace {

/// Keys that are of a rule's parts, and are easily written one level too high.
constexpr std::array<std::string_view, 9> of_when{"endpoint", "carrier", "phone", "code",  "key",
                                                  "state",    "elapsed", "every", "chance"};
constexpr std::array<std::string_view, 18> of_then{
    "deliver",        "fail",  "pending", "timeline",  "error", "fault",
    "one_of",         "after", "status",  "headers",   "body",  "latency",
    "carrier_status", "cost",  "webhook", "set_state", "times", "weight"};

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
    fields.belong_inside("when", of_when);
    fields.belong_inside("then", of_then);
    fields.finish();
    return read;
}

}  // namespace nexo_mock::codec
