#include <nexo_mock/codec/scenario_writer.hpp>
#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/codec/state_writer.hpp>
#include <nexo_mock/codec/world_writer.hpp>

namespace nexo_mock::codec {

namespace {

void write_clock(json_writer& out, const clock_state& of) {
    out.key("clock").begin_object().member("mode", format_clock(of.setting));
    if (of.setting.start) write_time(out, "start", *of.setting.start);
    write_time(out, "now", of.now);
    out.end_object();
}

/// What a scenario file can't say stands beside it.
void write_scenario_entry(json_writer& out, const domain::scenario& of) {
    out.on_new_line().begin_object();
    write_scenario(out.key("scenario"), of, secrets::shown);
    write_count(out, "put_in_front", of.put_in_front);
    if (std::ranges::find(of.rules, false, &domain::rule::must_match) != of.rules.end()) {
        out.key("need_not_match").begin_array();
        for (std::size_t i = 0; i < of.rules.size(); ++i) {
            if (!of.rules[i].must_match) out.value(i);
        }
        out.end_array();
    }
    out.end_object();
}

void write_account(json_writer& out, const account_state& of) {
    out.on_new_line().begin_object().member("key", of.key).member("number", of.number);
    write_clock(out, of.clock);
    write_count(out, "scenario", of.scenario);
    if (of.own_scenario) out.member("own_scenario", true);
    write_world(out.key("world"), of.world);
    out.end_object();
}

}  // namespace

void write_state(std::string& out, const emulator_state& of) {
    json_writer json{out};
    json.begin_object().member("format", state_format).member("version", state_version);
    json.member("made_by", of.made_by);
    write_time(json, "exported_at", of.exported_at);
    json.member("seed", of.seed);
    json.key("next").begin_object();
    json.member("delivery", of.next_delivery_seq).member("request", of.next_request_seq);
    json.member("attempt", of.next_attempt_seq).end_object();
    write_clock(json, of.clock);
    json.key("scenarios").begin_array();
    for (const auto& each : of.scenarios)
        write_scenario_entry(json, *each);
    json.end_array().key("accounts").begin_array();
    for (const auto& each : of.accounts)
        write_account(json, each);
    json.end_array().end_object();
    out += '\n';
}

}  // namespace nexo_mock::codec
