#include <nexo_mock/codec/misbehaviour_reader.hpp>
#include <nexo_mock/codec/scenario_keys.hpp>
#include <nexo_mock/codec/step_reader.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/carrier.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace nexo_mock::codec {

namespace {

using domain::course;
using domain::delivery_status;
using domain::step;

constexpr std::size_t longest_timeline = 1000;

/// What a step does. The first six are named by the key that says it; the last two are what a fault
/// or a latency makes of a step without such a key.
enum class action : std::uint8_t {
    deliver,
    fail,
    pending,
    timeline,
    error,
    one_of,
    lost,      ///< the call never reaches the API
    as_usual,  ///< the API answers as without a rule, and the reply suffers
};

constexpr std::array<std::string_view, 6> action_keys{"deliver",  "fail",  "pending",
                                                      "timeline", "error", "one_of"};

constexpr unsigned bit(action which) {
    return 1U << static_cast<unsigned>(which);
}

constexpr unsigned anything = ~0U;
constexpr unsigned single_events = bit(action::deliver) | bit(action::fail);
constexpr unsigned ending_sends =
    single_events | bit(action::timeline) | bit(action::one_of) | bit(action::as_usual);
constexpr unsigned accepted_sends = ending_sends | bit(action::pending);

/// What may stand beside an action, and beside which.
struct companion {
    std::string_view key;
    unsigned beside;
};
constexpr std::array companions{companion{"after", single_events},
                                companion{"carrier_status", single_events},
                                companion{"status", bit(action::error)},
                                companion{"headers", bit(action::error)},
                                companion{"body", bit(action::error)},
                                companion{"latency", anything},
                                companion{"carrier", accepted_sends},
                                companion{"cost", accepted_sends},
                                companion{"webhook", ending_sends},
                                companion{"set_state", anything},
                                companion{"times", anything},
                                companion{"weight", anything}};

/// The keys that hints know are these; "carrier" alone is taken for a condition's.
constexpr bool is_hinted(std::string_view key) {
    return key == "carrier" || std::ranges::find(keys::of_step, key) != keys::of_step.end();
}
static_assert(std::ranges::all_of(action_keys, is_hinted));
static_assert(std::ranges::all_of(companions, is_hinted, &companion::key));
static_assert(keys::of_step.size() + 1 == action_keys.size() + companions.size() + 1);

enum class place : std::uint8_t { in_list, in_choice };

step read_step_at(const field& of, place where);

// --- actions

/// What is said of webhooks has to fit what becomes of the delivery.
void check_webhook(const field& of, action which, const step& whole) {
    const auto* scripted = std::get_if<course>(&whole.action);
    const auto ends = [](const domain::course_event& event) {
        return is_terminal(event.outcome.status);
    };
    if (which == action::timeline && std::ranges::none_of(scripted->events, ends)) {
        of.warn("no event of this step sends a webhook");
    }
    if (!whole.webhook->before_reply) return;
    if (std::holds_alternative<domain::choice>(whole.action)) {
        return of.complain("\"before_reply\" stands inside the steps of \"one_of\"");
    }
    if (whole.webhook->copies == 0 || !whole.webhook->wait.is_zero()) {
        of.complain("\"before_reply\" is for a webhook that is sent, and without a \"delay\"");
    }
    const auto ends_at_once = [](const domain::course_event& event) {
        return event.after.is_zero() && is_terminal(event.outcome.status);
    };
    if (scripted == nullptr || std::ranges::none_of(scripted->events, ends_at_once)) {
        of.complain(
            "\"before_reply\" needs a delivery that ends at once: \"deliver\", \"fail\" or "
            "\"timeline\" without \"after\"");
    }
}

std::string read_text(object_fields& fields, std::string_view name, std::string otherwise) {
    const auto given = fields.get(name);
    return given ? given->as_string().value_or("") : std::move(otherwise);
}

domain::delay read_after(object_fields& fields) {
    const auto after = fields.get("after");
    return after ? read_delay(*after).value_or(domain::delay{}) : domain::delay{};
}

/// `deliver` and `pending` are switches that are only ever on.
void expect_true(const field& of) {
    if (!of.is(json_kind::boolean) || !of.node().boolean) of.complain_expected("true");
}

course read_deliver(const field& given, object_fields& fields) {
    expect_true(given);
    return {{{read_after(fields),
              {delivery_status::delivered, "", read_text(fields, "carrier_status", "success")}}}};
}

course read_fail(const field& given, object_fields& fields) {
    const auto code = given.as_string().value_or("");
    if (given.is(json_kind::string)) look_at_code(given, code, domain::known_failures());
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
    event.outcome.error_code = failed ? "no_answer" : "";
    if (const auto code = fields.get("error_code")) {
        event.outcome.error_code = code->as_string().value_or("");
        if (!event.outcome.error_code.empty()) {  // empty: null in replies
            look_at_code(*code, event.outcome.error_code, domain::known_failures());
        }
    }
    auto usual = event.outcome.status == delivery_status::delivered
                     ? std::string{"success"}
                     : std::string{domain::carrier_status_for(event.outcome.error_code)};
    event.outcome.carrier_status = read_text(fields, "carrier_status", std::move(usual));
    fields.finish();
    return event;
}

course read_timeline(const field& given) {
    course read;
    const auto items = given.as_items();
    if (items.size() > longest_timeline) {
        given.complain("expected at most " + std::to_string(longest_timeline) + " events, found " +
                       std::to_string(items.size()));
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
           std::ranges::none_of(value, [](char c) {
               return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
           });
}

/// Headers that say where a message ends; two opinions on that are none.
bool is_of_the_connection(std::string_view name) {
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    constexpr std::array names{"connection", "content-length",    "keep-alive", "te",
                               "trailer",    "transfer-encoding", "upgrade"};
    return std::ranges::find(names, lower) != names.end();
}

domain::refusal_step read_error(const field& given, object_fields& fields) {
    domain::refusal_step refused;
    refused.error = given.as_string().value_or("");
    if (given.is(json_kind::string)) look_at_error_code(given, refused.error);
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

domain::choice read_one_of(const field& given) {
    domain::choice read;
    double total = 0;
    for (const auto& each : given.as_items()) {
        read.steps.push_back(read_step_at(each, place::in_choice));
        total += read.steps.back().weight;
    }
    if (given.is(json_kind::array) && total <= 0) {
        given.complain("none of the steps has a weight above 0");
    }
    return read;
}

void read_action(action which, const field& given, object_fields& fields, step& into) {
    switch (which) {
        case action::deliver: into.action = read_deliver(given, fields); break;
        case action::fail: into.action = read_fail(given, fields); break;
        case action::pending:
            expect_true(given);
            into.action = course{};
            break;
        case action::timeline: into.action = read_timeline(given); break;
        case action::error: into.action = read_error(given, fields); break;
        case action::one_of: into.action = read_one_of(given); break;
        case action::lost: into.action = domain::lost_call{}; break;
        case action::as_usual: into.action = domain::as_usual{}; break;
    }
}

// --- a step as a whole

/// Gives the steps of a choice what stands beside it, where they do not say it themselves.
void hand_down(const step& from, domain::choice& to) {
    const auto inherit = [](auto& own, const auto& given) {
        if (!own) own = given;
    };
    for (auto& each : to.steps) {
        inherit(each.latency, from.latency);
        inherit(each.fault, from.fault);
        inherit(each.ported, from.ported);
        inherit(each.cost, from.cost);
        inherit(each.webhook, from.webhook);
        if (!each.set_state) each.state_lasts = from.state_lasts;
        inherit(each.set_state, from.set_state);
        if (auto* inner = std::get_if<domain::choice>(&each.action)) hand_down(from, *inner);
    }
}

/// A state, or {"to": "limited", "for": "30s"}.
void read_set_state(const field& of, step& into) {
    if (!of.is(json_kind::object)) {
        into.set_state = of.as_string();
        return;
    }
    object_fields fields{of};
    if (const auto to = fields.require("to")) into.set_state = to->as_string();
    if (const auto lasts = fields.require("for")) into.state_lasts = read_delay(*lasts);
    fields.finish();
}

void read_companions(object_fields& fields, place where, step& into) {
    if (const auto given = fields.get("latency")) into.latency = read_hold(*given);
    if (const auto given = fields.get("carrier")) into.ported = read_ported(*given);
    if (const auto given = fields.get("cost")) into.cost = read_money(*given);
    if (const auto given = fields.get("set_state")) read_set_state(*given, into);
    if (const auto given = fields.get("webhook")) {
        into.webhook = read_webhook_manner(*given);
    }
    if (where == place::in_choice) {
        if (const auto given = fields.get("weight")) {
            into.weight = given->as_number(0, 1e9).value_or(1);
        }
    } else if (const auto given = fields.get("times")) {
        into.times = static_cast<std::uint32_t>(given->as_integer(1, most_times).value_or(1));
    }
}

struct chosen_action {
    action which;
    field given;
};

/// What a step without an action key does; complains if it is nothing.
std::optional<chosen_action> choose_alone(const field& of, object_fields& fields,
                                          const std::optional<domain::fault>& fault) {
    const auto given = fields.get("fault");
    if (fault) return chosen_action{shows_reply(fault->kind) ? action::as_usual : action::lost, of};
    if (given) return std::nullopt;  // a fault that can't be read: it was complained of
    if (fields.get("latency")) return chosen_action{action::as_usual, of};
    std::vector<std::string_view> alone{action_keys.begin(), action_keys.end()};
    alone.insert(alone.end(), {"fault", "latency"});
    const bool is_misspelt = std::ranges::any_of(
        of.node().members, [&](const auto& each) { return nearest(each.name, alone).has_value(); });
    if (of.is(json_kind::object) && !is_misspelt) {
        of.complain("a step needs one of " + one_of_words(alone));
    }
    return std::nullopt;
}

/// The one action of a step; complains of none and of more than one.
std::optional<chosen_action> choose(const field& of, object_fields& fields,
                                    const std::optional<domain::fault>& fault) {
    std::optional<chosen_action> chosen;
    for (std::size_t i = 0; i < action_keys.size(); ++i) {
        const auto given = fields.get(action_keys[i]);
        if (!given) continue;
        if (!chosen) {
            chosen = {static_cast<action>(i), *given};
        } else {
            const auto first = static_cast<std::size_t>(chosen->which);
            of.complain("a step has one action, not both \"" + std::string{action_keys[first]} +
                        "\" and \"" + std::string{action_keys[i]} + '"');
        }
    }
    return chosen ? chosen : choose_alone(of, fields, fault);
}

std::string words_for(action which, object_fields& fields) {
    const auto index = static_cast<std::size_t>(which);
    if (index < action_keys.size()) return '"' + std::string{action_keys[index]} + '"';
    return fields.get("fault") ? "\"fault\" alone" : "\"latency\" alone";
}

/// Complains of what stands beside an action it does not go with, so that nothing is ignored.
void check_companions(object_fields& fields, action beside, place where) {
    const auto which = words_for(beside, fields);
    for (const auto& [key, fitting] : companions) {
        const auto given = fields.get(key);
        if (!given) continue;
        if ((fitting & bit(beside)) == 0) {
            auto message = '"' + std::string{key};
            message += "\" does not go with ";
            given->complain(message + which);
        }
        if (key == "times" && where == place::in_choice) {
            given->complain("\"times\" is for the steps of a list, not for those of \"one_of\"");
        }
        if (key == "weight" && where == place::in_list) {
            given->complain("\"weight\" is for the steps of \"one_of\"");
        }
    }
}

step read_step_at(const field& of, place where) {
    step read;
    object_fields fields{of};
    if (const auto fault = fields.get("fault")) read.fault = read_fault(*fault);
    const auto chosen = choose(of, fields, read.fault);
    if (chosen) {
        check_companions(fields, chosen->which, where);
        read_action(chosen->which, chosen->given, fields, read);
    }
    read_companions(fields, where, read);
    if (chosen && read.webhook) check_webhook(*fields.get("webhook"), chosen->which, read);
    if (auto* choice = std::get_if<domain::choice>(&read.action)) hand_down(read, *choice);
    if (!chosen) {
        for (const auto& each : companions)
            fields.get(each.key);
    }
    fields.hint(keys::of_rule, R"(it belongs beside "when" and "then")");
    fields.hint(keys::of_webhook_manner, R"(it belongs inside "webhook")");
    fields.hint(keys::like_retry_after, R"(it is "headers": {"Retry-After": "30"})");
    fields.hint(keys::of_when, R"(it belongs inside "when")");
    fields.finish();
    return read;
}

}  // namespace

domain::step read_step(const field& of) {
    return read_step_at(of, place::in_list);
}

}  // namespace nexo_mock::codec
