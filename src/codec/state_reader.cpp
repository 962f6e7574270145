#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/world_reader.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace nexo_mock::codec {

namespace {

/// Scenarios may be as deep by themselves as read_json() lets them.
constexpr std::size_t max_depth = 64;
constexpr std::size_t most_mistakes = 100;
constexpr auto most_numbers = std::uint64_t{1} << 62;

bool is_state(const field& of) {
    const auto expected = '"' + std::string{state_format} + '"';
    const auto format = of.child("format");
    if (!format) {
        of.complain("this is no state of an emulator: \"format\": " + expected + " is missing");
    } else if (!format->is(json_kind::string) || format->node().text != state_format) {
        format->complain_expected(expected);
    } else {
        return true;
    }
    return false;
}

bool has_known_version(const field& of) {
    const auto known = std::to_string(state_version);
    const auto version = of.child("version");
    const auto maker = of.child("made_by");
    if (version && version->is(json_kind::number) && version->node().text == known) return true;
    std::string found = "of no version";
    if (version) {
        const auto& text = version->node().text;
        found = "of version " + (version->is(json_kind::string) ? '"' + text + '"' : text);
    }
    if (maker && maker->is(json_kind::string)) found += " made by nexo-mock " + maker->node().text;
    version.value_or(of).complain("this is a state " + found + "; this nexo-mock reads version " +
                                  known);
    return false;
}

clock_state read_clock(object_fields& of_object) {
    clock_state read;
    const auto given = of_object.require("clock");
    if (!given) return read;
    object_fields fields{*given};
    if (const auto mode = fields.require("mode")) {
        const auto setting =
            mode->is(json_kind::string) ? parse_clock(mode->node().text) : std::nullopt;
        if (setting && !setting->start) {
            read.setting = *setting;
        } else {
            mode->complain_expected(R"("real", "x60" (sixty times faster), "manual" or "instant")");
        }
    }
    if (fields.get("start")) read.setting.start = read_time(fields, "start", {});
    read.now = require_time(fields, "now", {});
    fields.finish();
    return read;
}

domain::scenario_ptr read_scenario_entry(const field& of) {
    object_fields fields{of};
    const auto given = fields.require("scenario");
    auto read = given ? read_scenario(*given) : domain::scenario{};
    read.put_in_front = read_count(fields, "put_in_front", read.rules.size());
    if (const auto indices = fields.get("need_not_match")) {
        for (const auto& each : indices->as_items()) {
            if (read.rules.empty()) {
                each.complain("the scenario has no rules");
            } else if (const auto index = each.as_integer(0, read.rules.size() - 1)) {
                read.rules[*index].must_match = false;
            }
        }
    }
    fields.finish();
    return std::make_shared<const domain::scenario>(std::move(read));
}

account_state read_account(const field& of, const emulator_state& so_far) {
    account_state read;
    object_fields fields{of};
    if (const auto key = fields.require("key")) {
        read.key = key->as_string().value_or("");
        if (key->is(json_kind::string) && !domain::is_well_formed_key(read.key)) {
            key->complain_expected("an API key: \"sk_live_\" and more printable characters");
        }
    }
    if (const auto number = fields.require("number")) {
        read.number = number->as_integer(0, most_numbers).value_or(0);
    }
    read.clock = read_clock(fields);
    read.scenario = read_index(of, fields, "scenario", so_far.scenarios.size());
    read.own_scenario = read_flag(fields, "own_scenario", false);
    const auto world = fields.require("world");
    if (world && read.scenario < so_far.scenarios.size()) {
        read.world = read_world(*world, {*so_far.scenarios[read.scenario], read.clock.now,
                                         so_far.next_delivery_seq, so_far.next_attempt_seq});
    }
    fields.finish();
    return read;
}

void read_accounts(object_fields& fields, emulator_state& into) {
    const auto given = fields.require("accounts");
    if (!given) return;
    std::set<std::string> keys;
    std::set<std::uint64_t> numbers;
    for (const auto& each : given->as_items()) {
        into.accounts.push_back(read_account(each, into));
        const auto& account = into.accounts.back();
        if (!keys.insert(account.key).second) each.complain("the account is there twice");
        if (!numbers.insert(account.number).second) {
            each.complain("another account has the \"number\" " + std::to_string(account.number));
        }
    }
}

std::uint64_t require_next(object_fields& fields, std::string_view name) {
    const auto given = fields.require(name);
    return given ? given->as_integer(1, most_numbers).value_or(1) : 1;
}

emulator_state read_document(const field& of) {
    emulator_state read;
    object_fields fields{of};
    fields.get("format");
    fields.get("version");
    if (const auto maker = fields.require("made_by")) {
        read.made_by = maker->as_string().value_or("");
    }
    read.exported_at = require_time(fields, "exported_at", {});
    if (const auto seed = fields.require("seed")) {
        read.seed = seed->as_integer(0, domain::max_seed).value_or(0);
    }
    if (const auto given = fields.require("next")) {
        object_fields next{*given};
        read.next_delivery_seq = require_next(next, "delivery");
        read.next_request_seq = require_next(next, "request");
        read.next_attempt_seq = require_next(next, "attempt");
        next.finish();
    }
    read.clock = read_clock(fields);
    if (const auto given = fields.require("scenarios")) {
        const auto items = given->as_items();
        for (const auto& each : items)
            read.scenarios.push_back(read_scenario_entry(each));
        if (given->is(json_kind::array) && items.empty()) {
            given->complain("expected at least one scenario: that of accounts to come");
        }
    }
    read_accounts(fields, read);
    fields.finish();
    return read;
}

/// Warnings are for those who write scenarios, and a thousand errors tell no more than a hundred.
void tidy(std::vector<diagnostic>& mistakes) {
    std::erase_if(mistakes, [](const auto& each) { return each.level != severity::error; });
    std::ranges::sort(mistakes, {}, [](const diagnostic& each) {
        return std::tie(each.at, each.path, each.message);
    });
    if (mistakes.size() <= most_mistakes) return;
    const auto more = std::to_string(mistakes.size() - most_mistakes);
    const auto at = mistakes[most_mistakes].at;
    mistakes.resize(most_mistakes);
    mistakes.push_back({at, "", "and " + more + " more errors from here on", severity::error});
}

}  // namespace

state_reading read_state(std::string_view text) {
    state_reading reading;
    auto parsed = read_json(text, max_depth);
    if (auto* broken = std::get_if<syntax_error>(&parsed)) {
        reading.mistakes.push_back({broken->at, "", std::move(broken->message), severity::error});
        return reading;
    }
    const field document{std::get<json_node>(parsed), "", reading.mistakes};
    if (!is_state(document) || !has_known_version(document)) return reading;  // not one word more
    auto read = read_document(document);
    tidy(reading.mistakes);
    if (reading.mistakes.empty()) reading.state = std::move(read);
    return reading;
}

}  // namespace nexo_mock::codec
