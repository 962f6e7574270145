#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/control/rule_uses.hpp>
#include <nexo_mock/control/verification.hpp>

#include <algorithm>

namespace nexo_mock::control {

namespace {

std::string plural(std::size_t count, std::string_view what) {
    return std::to_string(count) + ' ' + std::string{what} + (count == 1 ? "" : "s");
}

std::string summary(check which, std::size_t count) {
    switch (which) {
        case check::webhooks: return plural(count, "webhook") + " not acknowledged";
        case check::codes: return plural(count, "code") + " never read";
        case check::rules: return plural(count, "rule") + " never matched";
        case check::requests: return plural(count, "request") + " refused";
    }
    return {};
}

/// How the webhook fared, for people.
std::string webhook_words(const domain::event_record& record) {
    std::string words = record.state == domain::event_state::given_up
                            ? "the webhook was given up"
                            : "the webhook is not acknowledged yet";
    std::size_t made = 0;
    const domain::attempt_record* last = nullptr;
    for (const auto& each : record.attempts) {
        if (!each.ended) continue;
        ++made;
        last = &each;
    }
    if (last == nullptr) return words + ", no attempt has ended";
    words += " after " + plural(made, "attempt") + "; the last got ";
    return words +
           (last->outcome.status != 0 ? std::to_string(last->outcome.status) : last->outcome.error);
}

// What was not read whole has no path, and a connection that never came to be no status.
std::string refusal_of(const domain::call_record& call) {
    const std::string error{call.error};
    if (call.status == 0) return "a connection failed with " + error;
    auto what = std::string{call.method} + ' ' + std::string{call.path};
    if (call.path.empty()) what = call.status == 400 ? "what is no HTTP request" : "a request";
    return what + " was refused with " + std::to_string(call.status) + ' ' + error;
}

}  // namespace

std::string_view name(check which) {
    switch (which) {
        case check::webhooks: return "webhooks";
        case check::codes: return "codes";
        case check::rules: return "rules";
        case check::requests: return "requests";
    }
    return {};
}

std::optional<std::vector<check>> read_checks(std::string_view list) {
    if (list.empty()) return std::vector<check>{all_checks.begin(), all_checks.end()};
    std::vector<check> wanted;
    for (;;) {
        const auto comma = list.find(',');
        const auto word = list.substr(0, comma);
        const auto* const found =
            std::ranges::find(all_checks, word, [](check each) { return name(each); });
        if (found == all_checks.end()) return std::nullopt;
        wanted.push_back(*found);
        if (comma == std::string_view::npos) return wanted;
        list.remove_prefix(comma + 1);
    }
}

verification verify(host& of_all, const scope& which, std::vector<check> checks) {
    verification found{std::move(checks), of_all.scenario(scope::all())};
    of_all.visit(which, [&](const visited_account& account) { found.look_at(account, which); });
    if (which.is_all()) {
        of_all.visit_strangers([&](const auto& strangers) { found.look_at(strangers); });
        found.look_at_rules();
    }
    return found;
}

bool verification::wants(check which) const {
    return std::ranges::find(checks_, which) != checks_.end();
}

void verification::add(failure found) {
    ++total_;
    ++counts_[static_cast<std::size_t>(found.what)];
    if (failures_.size() < most_listed) failures_.push_back(std::move(found));
}

void verification::look_at(const visited_account& account, const scope& which) {
    const auto& world = account.world;
    if (wants(check::webhooks)) look_at_webhooks(world);
    if (wants(check::codes)) look_at_codes(world);
    if (wants(check::requests))
        look_at_calls(world.calls(), domain::masked_key(world.account().key));
    if (!wants(check::rules)) return;
    if (account.has_own_scenario) look_at_own_rules(world);
    if (which.is_all()) add_uses(used_, *of_all_, world);
}

void verification::look_at(const domain::call_journal& strangers) {
    if (wants(check::requests)) look_at_calls(strangers, {});
}

void verification::look_at_webhooks(const domain::world& world) {
    world.deliveries().newest_first([&](std::uint64_t ordinal, const auto&) {
        const auto* events = world.webhooks_of(ordinal);
        if (events == nullptr) return true;
        for (const auto& each : *events) {
            if (each.state == domain::event_state::acknowledged) continue;
            add({check::webhooks,
                 domain::masked_key(world.account().key),
                 webhook_words(each),
                 world.id_of(ordinal).text(),
                 {},
                 0});
        }
        return true;
    });
}

void verification::look_at_codes(const domain::world& world) {
    world.deliveries().newest_first([&](std::uint64_t ordinal, const auto& each) {
        if (each.code_read || each.status == domain::delivery_status::failed) return true;
        add({check::codes,
             domain::masked_key(world.account().key),
             "nobody asked for the code that was sent to " + each.phone.text(),
             world.id_of(ordinal).text(),
             {},
             0});
        return true;
    });
}

void verification::look_at_own_rules(const domain::world& world) {
    const auto& rules = world.scenario().rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!rules[i].must_match || world.rules().times_used(i) != 0) continue;
        add({check::rules,
             domain::masked_key(world.account().key),
             "no call was decided by the rule " + codec::in_quotes(rules[i].name),
             {},
             rules[i].name,
             0});
    }
}

void verification::look_at_rules() {
    if (!wants(check::rules)) return;
    used_.resize(of_all_->rules.size());  // there may be no account
    for (std::size_t i = 0; i < used_.size(); ++i) {
        const auto& rule = of_all_->rules[i];
        if (!rule.must_match || used_[i] != 0) continue;
        add({check::rules,
             {},
             "no call of any account was decided by the rule " + codec::in_quotes(rule.name),
             {},
             rule.name,
             0});
    }
}

void verification::look_at_calls(const domain::call_journal& calls, const std::string& account) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto each = calls[i];
        if ((each.status < 400 && each.error.empty()) || each.by_rule) continue;
        add({check::requests,
             account,
             refusal_of(each) + (each.why.empty() ? "" : ": " + std::string{each.why}),
             {},
             {},
             each.seq});
    }
}

void verification::write(codec::json_writer& json) const {
    json.begin_object().member("ok", is_clean());
    if (is_clean()) {
        json.key("checked").begin_array();
        for (const auto each : checks_)
            json.value(name(each));
        json.end_array().end_object();
        return;
    }
    std::string detail;
    for (const auto each : all_checks) {
        const auto count = counts_[static_cast<std::size_t>(each)];
        if (count != 0) detail += (detail.empty() ? "" : ", ") + summary(each, count);
    }
    json.member("error", "unverified").member("detail", detail).member("failures_total", total_);
    json.key("failures").begin_array();
    for (const auto& each : failures_) {
        json.begin_object()
            .member("check", name(each.what))
            .member_or_null("account", each.account)
            .member("detail", each.detail);
        if (!each.delivery.empty()) json.member("delivery", each.delivery);
        if (!each.rule.empty()) json.member("rule", each.rule);
        if (each.request != 0) json.member("request", each.request);
        json.end_object();
    }
    json.end_array().end_object();
}

}  // namespace nexo_mock::control
