#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/rule_words.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/scenario_writer.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/rule_uses.hpp>

#include <vector>

namespace nexo_mock::control {

namespace {

using codec::json_writer;

/// What is known of a scope's scenario beyond its text.
struct scenario_use {
    bool is_own = false;
    std::string state;
    std::vector<std::uint64_t> decided;
};

scenario_use find_use(host& of_all, const scope& which, const domain::scenario_ptr& shown) {
    scenario_use use;
    use.decided.resize(shown->rules.size());  // there may be no account
    of_all.visit(which, [&](const visited_account& account) {
        if (!which.is_all()) {
            use.is_own = account.has_own_scenario;
            use.state = account.world.state(account.now);
        }
        add_uses(use.decided, *shown, account.world);
    });
    return use;
}

std::string text_of(const domain::scenario& scenario) {
    std::string text;
    json_writer json{text};
    codec::write_scenario(json, scenario, codec::secrets::shown);
    return text;
}

/// One that came back with a state is another object.
bool is_changed(const domain::scenario_ptr& shown, const domain::scenario_ptr& start) {
    return shown != start && text_of(*shown) != text_of(*start);
}

void answer_changed(api::response& out, std::string_view name, std::string_view document,
                    const std::vector<codec::diagnostic>& mistakes) {
    json_writer json{out.body};
    json.begin_object().member("ok", true).member("name", name).key("warnings").begin_array();
    for (const auto& each : mistakes)
        json.value(codec::format(each, document));
    json.end_array().end_object();
}

std::string step_words(const domain::rule& of) {
    std::string words;
    for (const auto& each : of.steps) {
        words += (words.empty() ? "" : ", then ") + codec::in_words(each);
        if (each.times != 1) words += " (" + std::to_string(each.times) + " times)";
    }
    return words;
}

}  // namespace

void show_scenario(host& of_all, const call& of) {
    const auto shown = of_all.scenario(of.scope);
    const auto use = find_use(of_all, of.scope, shown);
    json_writer json{of.out.body};
    json.begin_object()
        .member("ok", true)
        .member("own", use.is_own)
        .member("changed", is_changed(shown, of_all.start_scenario()))
        .member_or_null("state", use.state)
        .key("scenario");
    codec::write_scenario(json, *shown, codec::secrets::masked);
    json.key("rules").begin_array();
    for (std::size_t i = 0; i < shown->rules.size(); ++i) {
        json.begin_object()
            .member("name", shown->rules[i].name)
            .member("decided", use.decided[i])
            .member("what", step_words(shown->rules[i]))
            .end_object();
    }
    json.end_array().end_object();
}

void replace_scenario(host& of_all, const call& of) {
    const auto reading = codec::read_scenario(of.in.body);
    if (refuse_mistakes(of.out, "invalid_scenario", "scenario", reading.mistakes)) return;
    const auto objection = of_all.allowed_targets().objection_to(*reading.scenario);
    if (!objection.empty()) return fail(of.out, 400, "invalid_scenario", "scenario: " + objection);
    of_all.replace_scenario(of.scope, reading.scenario);
    answer_changed(of.out, reading.scenario->name, "scenario", reading.mistakes);
}

void restore_scenario(host& of_all, const call& of) {
    of_all.restore_scenario(of.scope);
    json_writer{of.out.body}
        .begin_object()
        .member("ok", true)
        .member("name", of_all.scenario(of.scope)->name)
        .end_object();
}

void put_rule(host& of_all, const call& of) {
    const auto reading = codec::read_put_rule(of.in.body);
    if (refuse_mistakes(of.out, "invalid_rule", "rule", reading.mistakes)) return;
    if (is_full(of_all, of.scope)) {
        return fail(
            of.out, 400, "invalid_rule",
            "there are " + std::to_string(codec::most_rules) +
                " rules, as many as a scenario may have: PUT /_mock/scenario replaces them, DELETE "
                "takes back those that were put in front");
    }
    of_all.put_rule(of.scope, *reading.rule);
    answer_changed(of.out, reading.rule->name, "rule", reading.mistakes);
}

}  // namespace nexo_mock::control
