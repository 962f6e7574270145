#include <nexo_mock/codec/rule_words.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <charconv>

namespace nexo_mock::codec {

namespace {

using domain::verdict;

std::string decimal(double number) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    return {digits, end};
}

std::string amount(domain::money of) {
    std::string text;
    append_money(text, of);
    return text;
}

std::string after_words(const domain::delay& after) {
    return after.is_zero() ? " at once" : " after " + in_words(after);
}

std::string event_words(const domain::course_event& event) {
    const auto& [after, outcome] = event;
    std::string words;
    switch (outcome.status) {
        case domain::delivery_status::delivered: words = "deliver"; break;
        case domain::delivery_status::failed: words = "fail " + outcome.error_code; break;
        case domain::delivery_status::sent: words = "back to sent"; break;
    }
    return words + after_words(after);
}

struct action_words {
    std::string operator()(const domain::course& of) const {
        if (of.events.empty()) return "pending for ever";
        std::string words;
        for (const auto& each : of.events)
            words += (words.empty() ? "" : ", ") + event_words(each);
        return words;
    }
    std::string operator()(const domain::refusal_step& of) const {
        auto words = "error " + of.error;
        return of.status ? words + " with status " + std::to_string(*of.status) : words;
    }
    std::string operator()(const domain::lost_call&) const { return "lost on its way"; }
    std::string operator()(const domain::as_usual&) const { return "as if no rule had decided"; }
    std::string operator()(const domain::choice&) const { return "one of several steps"; }
};

std::string webhook_words(const domain::webhook_manner& of) {
    std::string words;
    if (of.copies == 0) words += ", no webhook";
    if (of.copies > 1) words += ", webhook " + std::to_string(of.copies) + " times";
    if (!of.wait.is_zero()) words += ", webhook " + in_words(of.wait) + " late";
    if (of.before_reply) words += ", webhook before the reply";
    if (of.signature != domain::signature_kind::valid) {
        words += ", webhook signature " + std::string{name(of.signature)};
    }
    return words;
}

std::string list_words(const domain::glob_list& wanted) {
    std::string words;
    for (const auto& each : wanted.globs())
        words += (words.empty() ? "" : " or ") + in_quotes(each.text());
    return words;
}

std::string differs(std::string_view what, const domain::glob_list& wanted, std::string_view is) {
    return std::string{what} + " has to be " + list_words(wanted) + ", and is " +
           (is.empty() ? "unknown" : in_quotes(is));
}

std::string elapsed_words(const domain::elapsed_range& wanted) {
    const bool has_end = wanted.to != domain::duration::max();
    std::string words;
    if (wanted.from != domain::duration{} || !has_end) {
        words = "at least " + format_duration(wanted.from);
    }
    if (!has_end) return words;
    return words + (words.empty() ? "below " : " and below ") + format_duration(wanted.to);
}

std::string decides_words(const domain::rule_trial& trial, const domain::rule& of) {
    std::string words = "decides";
    if (of.steps.size() > 1) {
        const auto nth = of.step_after(trial.used) - of.steps.data() + 1;
        words += " with step " + std::to_string(nth) + " of " + std::to_string(of.steps.size()) +
                 ", in call " + std::to_string(trial.used + 1) + " of this rule";
    }
    if (of.when.chance < 1) {
        words += " (chance " + decimal(of.when.chance) + ", drew " + decimal(trial.drawn) + ')';
    }
    return trial.chosen == nullptr ? words : words + ": " + in_words(*trial.chosen);
}

}  // namespace

std::string in_words(const domain::delay& of) {
    if (const auto* range = std::get_if<domain::uniform_delay>(&of.law())) {
        const auto from = format_duration(range->from);
        return range->from == range->to ? from : from + ".." + format_duration(range->to);
    }
    const auto& law = std::get<domain::log_normal_delay>(of.law());
    return "about " + format_duration(law.median) + " (log-normal, sigma " + decimal(law.sigma) +
           ')';
}

std::string in_words(const domain::step& of) {
    auto words = std::visit(action_words{}, of.action);
    if (of.fault) {
        words += ", fault " + std::string{name(of.fault->kind)};
        if (takes_time(of.fault->kind)) words += " for " + in_words(of.fault->lasts);
    }
    if (of.latency) words += ", latency " + in_words(*of.latency);
    if (of.ported) words += ", carrier " + std::string{name(*of.ported)};
    if (of.cost) words += ", cost " + amount(*of.cost);
    if (of.webhook) words += webhook_words(*of.webhook);
    if (of.set_state) words += ", set_state " + in_quotes(*of.set_state);
    if (of.state_lasts) words += " for " + in_words(*of.state_lasts);
    return words;
}

std::string in_words(const domain::rule_trial& trial, const domain::rule& of,
                     const domain::rule_query& call, std::string_view state) {
    const auto& when = of.when;
    switch (trial.outcome) {
        case verdict::decides: return decides_words(trial, of);
        case verdict::other_endpoint:
            return "endpoint has to be " + in_quotes(name(*when.call)) + ", and is " +
                   in_quotes(name(call.call));
        case verdict::other_phone: return differs("phone", when.phone, call.phone);
        case verdict::other_code: return differs("code", when.code, call.code);
        case verdict::other_carrier:
            return differs("carrier", when.carrier,
                           call.network ? name(*call.network) : std::string_view{});
        case verdict::other_key: return differs("key", when.key, call.key);
        case verdict::other_state: return differs("state", when.state, state);
        case verdict::other_time:
            return "elapsed has to be " + elapsed_words(*when.elapsed) + ", and is " +
                   format_duration(call.elapsed);
        case verdict::used_up:
            return "its steps are used up after " + std::to_string(trial.used) +
                   (trial.used == 1 ? " call" : " calls") + ", and it falls through";
        case verdict::not_its_turn:
            return "every is " + std::to_string(when.every) + ", and this is call " +
                   std::to_string(trial.fitted) + " that fits";
        case verdict::no_luck:
            return "chance is " + decimal(when.chance) + ", and it drew " + decimal(trial.drawn);
    }
    return {};
}

std::string_view name(domain::verdict which) {
    switch (which) {
        case verdict::decides: return "decides";
        case verdict::other_endpoint: return "other_endpoint";
        case verdict::other_phone: return "other_phone";
        case verdict::other_code: return "other_code";
        case verdict::other_carrier: return "other_carrier";
        case verdict::other_key: return "other_key";
        case verdict::other_state: return "other_state";
        case verdict::other_time: return "other_time";
        case verdict::used_up: return "used_up";
        case verdict::not_its_turn: return "not_its_turn";
        case verdict::no_luck: return "no_luck";
    }
    return {};
}

}  // namespace nexo_mock::codec
