#include <nexo_mock/codec/misbehaviour_reader.hpp>
#include <nexo_mock/codec/world_checks.hpp>
#include <nexo_mock/codec/world_reader.hpp>

#include <array>
#include <utility>

namespace nexo_mock::codec {

namespace {

using domain::world_snapshot;

/// Counts are bounded, so that three of them can be added.
constexpr std::uint64_t most_counted = std::uint64_t{1} << 62;
constexpr std::uint64_t most_deliveries = std::uint64_t{1} << 48;
constexpr std::uint64_t most_national = 999'999'999;

std::vector<field> items(object_fields& fields, std::string_view name) {
    const auto given = fields.get(name);
    return given ? given->as_items() : std::vector<field>{};
}

// --- rules

domain::scenario_state read_state(object_fields& of_world, domain::time_point began) {
    const auto given = of_world.get("state");
    if (!given) return {};
    object_fields fields{*given};
    const auto lasting = fields.require("lasting");
    const auto passing = fields.get("passing");
    std::optional<domain::scenario_state::passing_state> for_a_while;
    if (passing) {
        const auto until = require_time(fields, "until", {began, domain::latest});
        for_a_while = {passing->as_string().value_or(""), until - began};
    }
    fields.finish();
    return {lasting ? lasting->as_string().value_or("") : "", std::move(for_a_while)};
}

void read_rule_count(const field& of, std::size_t& next, std::vector<domain::rule_count>& into) {
    object_fields fields{of};
    const auto index = fields.require("rule");
    const domain::rule_count read{read_count(fields, "decided", most_counted),
                                  read_count(fields, "fitted", most_counted)};
    fields.finish();
    if (!index) return;
    if (next >= into.size()) return index->complain("the account's scenario has no such rule");
    const auto which = index->as_integer(next, into.size() - 1);
    if (!which) return;
    into[*which] = read;
    next = *which + 1;
}

void read_phone_count(const field& of, const domain::scenario& rules,
                      std::vector<domain::phone_count>& into) {
    object_fields fields{of};
    const auto index = fields.require("rule");
    const auto number = fields.require("national");
    domain::phone_count read;
    read.rule_index = read_index(of, fields, "rule", rules.rules.size());
    if (number) {
        read.national =
            static_cast<std::uint32_t>(number->as_integer(0, most_national).value_or(0));
    }
    read.fitted = read_count(fields, "fitted", most_counted);
    read.used = read_count(fields, "used", most_counted);
    fields.finish();
    if (of.anything_is_wrong()) return;
    if (rules.rules[read.rule_index].per != domain::counting::per_phone) {
        index->complain("the rule does not count by phone");
    }
    const auto place = [](const domain::phone_count& each) {
        return std::pair{each.rule_index, each.national};
    };
    if (!into.empty() && place(into.back()) >= place(read)) {
        of.complain("the numbers go by growing \"rule\" and \"national\"");
    }
    into.push_back(read);
}

domain::rule_progress read_progress(object_fields& fields, const domain::scenario& rules,
                                    domain::time_point began) {
    domain::rule_progress read{read_state(fields, began), {}, {}};
    read.rules.resize(rules.rules.size());
    std::size_t next = 0;
    for (const auto& each : items(fields, "rules"))
        read_rule_count(each, next, read.rules);
    const auto phones = items(fields, "phones");
    if (phones.size() > domain::rule_engine::max_phone_counters) {
        fields.get("phones")->complain("expected at most " +
                                       std::to_string(domain::rule_engine::max_phone_counters) +
                                       " numbers, found " + std::to_string(phones.size()));
    }
    for (const auto& each : phones)
        read_phone_count(each, rules, read.phones);
    return read;
}

// --- the account

domain::wallet read_wallet(object_fields& of_world) {
    domain::wallet none{domain::bucket_amounts{}};
    const auto given = of_world.require("wallet");
    if (!given) return none;
    object_fields fields{*given};
    domain::bucket_amounts amounts;
    for (const auto each : domain::all_buckets)
        amounts[each] = require_sum(fields, name(each));
    const auto held = require_sum(fields, "held");
    const auto charged = require_sum(fields, "charged");
    const auto deposited = require_sum(fields, "deposited");
    fields.finish();
    if (given->anything_is_wrong()) return none;
    const std::array parts{amounts[domain::bucket::balance], amounts[domain::bucket::bonus_credit],
                           amounts[domain::bucket::free_credit], held, charged};
    if (sum(parts) != deposited) {
        given->complain(
            "does not add up: \"deposited\" is what the three buckets, \"held\" and "
            "\"charged\" are together");
        return none;
    }
    return {amounts, held, charged};
}

void read_counts(object_fields& of_world, world_snapshot& into) {
    if (const auto given = of_world.require("calls")) {
        object_fields fields{*given};
        for (const auto each : all_endpoints) {
            into.calls[static_cast<std::size_t>(each)] =
                read_count(fields, name(each), most_counted);
        }
        fields.finish();
    }
    if (const auto given = of_world.require("counts")) {
        object_fields fields{*given};
        into.counts = {.accepted = read_count(fields, "accepted", most_deliveries),
                       .refused = read_count(fields, "refused", most_counted),
                       .lost = read_count(fields, "lost", most_counted),
                       .delivered = read_count(fields, "delivered", most_deliveries),
                       .failed = read_count(fields, "failed", most_deliveries),
                       .evicted = read_count(fields, "evicted", most_deliveries)};
        fields.finish();
    }
    if (const auto given = of_world.require("webhook_counts")) {
        object_fields fields{*given};
        into.webhooks = {.events = read_count(fields, "events", most_counted),
                         .acknowledged = read_count(fields, "acknowledged", most_counted),
                         .given_up = read_count(fields, "given_up", most_counted),
                         .attempts = read_count(fields, "attempts", most_counted)};
        fields.finish();
    }
}

domain::changes_snapshot read_changed(object_fields& of_world) {
    domain::changes_snapshot read;
    const auto given = of_world.get("changed");
    if (!given) return read;
    object_fields fields{*given};
    if (const auto webhook = fields.get("webhook")) {
        read.target.emplace();
        if (!webhook->is(json_kind::null)) *read.target = read_target(*webhook);
    }
    if (const auto ranges = fields.get("ip_allowlist")) read.ip_allowlist = read_ip_ranges(*ranges);
    if (fields.get("revoked")) read.revoked = read_flag(fields, "revoked", false);
    fields.finish();
    return read;
}

domain::cause_snapshot read_cause(const field& of) {
    domain::cause_snapshot read;
    object_fields fields{of};
    if (const auto rule = fields.require("rule")) read.rule = rule->as_string().value_or("");
    if (const auto webhook = fields.get("webhook")) read.webhook = read_webhook_manner(*webhook);
    fields.finish();
    return read;
}

}  // namespace

world_snapshot read_world(const field& of, const world_bounds& within) {
    world_snapshot read;
    object_fields fields{of};
    read.began = require_time(fields, "began", {domain::time_point{}, within.now});
    read.progress = read_progress(fields, within.rules, read.began);
    read.wallet = read_wallet(fields);
    read_counts(fields, read);
    read.changes = read_changed(fields);
    for (const auto& each : items(fields, "targets"))
        read.targets.push_back(read_target(each));
    for (const auto& each : items(fields, "causes"))
        read.causes.push_back(read_cause(each));
    for (const auto& each : items(fields, "deliveries")) {
        auto delivery = read_delivery(each, read, within);
        if (delivery) read.deliveries.push_back(std::move(*delivery));
    }
    for (const auto& each : items(fields, "retired"))
        read.retired.push_back(each.as_integer(0, most_deliveries).value_or(0));
    if (!of.anything_is_wrong()) {
        for (const auto& each : items(fields, "attempts")) {
            auto sent = read_sent(each, read, within);
            if (sent) read.attempts.push_back(std::move(*sent));
        }
    }
    fields.get("attempts");
    read.attempts_evicted = read_count(fields, "attempts_evicted", most_counted);
    read.calls_evicted = read_count(fields, "calls_evicted", most_counted);
    fields.finish();
    if (!of.anything_is_wrong()) check_world(of, read);
    return read;
}

}  // namespace nexo_mock::codec
