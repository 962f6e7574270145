#include <nexo_mock/codec/account_reader.hpp>
#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/scenario_keys.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/rule_reach.hpp>

#include <algorithm>
#include <set>

namespace nexo_mock::codec {

namespace {

constexpr std::size_t most_retries = 100;

domain::price_list read_price(const field& of) {
    domain::price_list prices;
    if (of.is(json_kind::number)) {
        prices.usual = read_money(of).value_or(prices.usual);
        return prices;
    }
    if (!of.is(json_kind::object)) {
        of.complain_expected("an amount, or an object of amounts by carrier and \"default\"");
        return prices;
    }
    for (const auto& [slug, value] : of.as_members()) {
        const auto amount = read_money(value);
        if (slug == "default") {
            prices.usual = amount.value_or(prices.usual);
        } else if (const auto which = carrier_or_warning(value, slug); which && amount) {
            prices.by_carrier.emplace_back(*which, *amount);
        }
    }
    return prices;
}

domain::spend_order read_spend_order(const field& of) {
    std::vector<domain::bucket> order;
    for (const auto& each : of.as_items()) {
        const auto read =
            read_word<domain::bucket>(each, {{"free_credit", domain::bucket::free_credit},
                                             {"bonus_credit", domain::bucket::bonus_credit},
                                             {"balance", domain::bucket::balance}});
        if (!read) return domain::default_spend_order;
        if (std::ranges::find(order, *read) != order.end()) {
            each.complain("\"" + each.node().text + "\" is named twice");
        }
        order.push_back(*read);
    }
    if (order.size() != domain::all_buckets.size()) {
        if (of.is(json_kind::array)) {
            of.complain("expected each of the three buckets once, found " +
                        std::to_string(order.size()) + " of them");
        }
        return domain::default_spend_order;
    }
    return {order[0], order[1], order[2]};
}

domain::api_settings read_api(const field& of) {
    domain::api_settings api;
    object_fields fields{of};
    if (const auto price = fields.get("price")) api.price = read_price(*price);
    if (const auto refund = fields.get("refund_failed")) {
        api.refund_failed = refund->as_bool().value_or(true);
    }
    if (const auto order = fields.get("spend_order")) api.order = read_spend_order(*order);
    if (const auto keys = fields.get("keys")) {
        api.listed_keys_only =
            read_word<bool>(*keys, {{"any", false}, {"listed", true}}).value_or(false);
    }
    if (const auto no_route = fields.get("no_route")) {
        for (const auto& each : no_route->as_items()) {
            const auto slug = each.as_string();
            if (!slug) continue;
            if (const auto which = carrier_or_warning(each, *slug)) api.no_route.push_back(*which);
        }
    }
    if (const auto errors = fields.get("errors")) {
        for (const auto& [code, value] : errors->as_members()) {
            const auto status = value.as_integer(200, 599);
            look_at_error_code(value, code);
            if (status) api.status.insert_or_assign(code, static_cast<int>(*status));
        }
    }
    fields.finish();
    return api;
}

domain::webhook_settings read_webhook(const field& of) {
    domain::webhook_settings webhook;
    object_fields fields{of};
    webhook.target = read_target(of, fields);
    if (const auto timeout = fields.get("timeout")) {
        webhook.timeout = read_delay(*timeout).value_or(webhook.timeout);
    }
    if (const auto retry = fields.get("retry")) {
        webhook.retry.clear();
        for (const auto& each : retry->as_items()) {
            webhook.retry.push_back(read_delay(each).value_or(domain::delay{}));
        }
        if (webhook.retry.size() > most_retries) {
            retry->complain("expected at most " + std::to_string(most_retries) +
                            " retries, found " + std::to_string(webhook.retry.size()));
        }
    }
    if (const auto ca_file = fields.get("ca_file")) {
        webhook.ca_file = ca_file->as_string().value_or("");
    }
    if (const auto insecure = fields.get("insecure")) {
        webhook.insecure = insecure->as_bool().value_or(false);
    }
    fields.finish();
    return webhook;
}

/// Of rules without mistakes: one with a misspelt condition may look as if it took every call.
void warn_of_unreachable_rules(const std::vector<field>& items,
                               const std::vector<domain::rule>& rules) {
    const auto shadowed_by = domain::shadowing(rules);
    const auto states = domain::reachable_states(rules);
    const std::vector<std::string_view> names{states.begin(), states.end()};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (const auto by = shadowed_by[i]) {
            items[i].warn("can never be reached: /rules/" + std::to_string(*by) + " (\"" +
                          rules[*by].name + "\") decides every call that fits it");
        }
        const auto& wanted = rules[i].when.state;
        if (std::ranges::any_of(names, [&](auto each) { return wanted.matches(each); })) continue;
        const auto& first = wanted.globs().front().text();
        items[i].child("when")->child("state")->warn(
            "can never be reached: no step sets the state \"" + first + '"' +
            did_you_mean(first, names));
    }
}

}  // namespace

domain::scenario read_scenario(const field& of) {
    domain::scenario read;
    object_fields fields{of};
    if (const auto schema = fields.get("$schema")) schema->as_string();
    if (const auto name = fields.get("name")) read.name = name->as_string().value_or(read.name);
    if (const auto text = fields.get("description")) {
        read.description = text->as_string().value_or("");
    }
    if (const auto seed = fields.get("seed")) read.seed = seed->as_integer(0, domain::max_seed);
    if (const auto api = fields.get("api")) read.api = read_api(*api);
    if (const auto webhook = fields.get("webhook")) read.webhook = read_webhook(*webhook);
    if (const auto defaults = fields.get("account_defaults")) {
        read.account_defaults = read_account_defaults(*defaults, read.account_defaults);
    }
    if (const auto accounts = fields.get("accounts")) {
        std::set<std::string> keys;
        for (const auto& each : accounts->as_items()) {
            read.accounts.push_back(read_account(each, read.account_defaults));
            const auto& key = read.accounts.back().key;
            if (!key.empty() && !keys.insert(key).second) {
                each.warn("the account \"" + key + "\" is listed twice: the first entry counts");
            }
        }
    }
    if (const auto rules = fields.get("rules")) {
        const auto items = rules->as_items();
        if (items.size() > most_rules) {
            rules->complain("expected at most " + std::to_string(most_rules) + " rules, found " +
                            std::to_string(items.size()));
        } else {
            for (std::size_t i = 0; i < items.size(); ++i) {
                read.rules.push_back(read_rule(items[i], i + 1));
            }
            if (!of.anything_is_wrong()) warn_of_unreachable_rules(items, read.rules);
        }
    }
    fields.hint(keys::of_account, R"(it belongs inside "account_defaults" or an account)");
    fields.hint(keys::of_api, R"(it belongs inside "api")");
    fields.hint(keys::of_webhook_settings, R"(it belongs inside "webhook")");
    fields.hint(keys::of_step, R"(it belongs inside "then" of a rule)");
    fields.hint(keys::of_when, R"(it belongs inside "when" of a rule)");
    fields.finish();
    return read;
}

scenario_reading read_scenario(std::string_view text) {
    scenario_reading reading;
    auto parsed = read_json(text);
    if (auto* broken = std::get_if<syntax_error>(&parsed)) {
        reading.mistakes.push_back({broken->at, "", std::move(broken->message), severity::error});
        return reading;
    }
    auto read = read_scenario({std::get<json_node>(parsed), "", reading.mistakes});
    sort_by_place(reading.mistakes);
    if (!has_errors(reading.mistakes)) {
        reading.scenario = std::make_shared<const domain::scenario>(std::move(read));
    }
    return reading;
}

}  // namespace nexo_mock::codec
