#include <nexo_mock/codec/step_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>

namespace nexo_mock::codec {

namespace {

using domain::delivery_status;
using domain::step;

enum class place : std::uint8_t { in_list, in_choice };

struct new_state {
    std::string to;
    std::optional<domain::delay> lasts;

    friend bool operator==(const new_state&, const new_state&) = default;
};

/// What stands beside an action, and what a `one_of` hands down to its steps.
struct companions {
    std::optional<domain::delay> latency;
    std::optional<domain::fault> fault;
    std::optional<domain::carrier> ported;
    std::optional<domain::money> cost;
    std::optional<domain::webhook_manner> webhook;
    std::optional<new_state> state;
};

/// Calls `visit` with each companion of the two.
template <class Visit>
void for_each(companions& of, const companions& other, Visit visit) {
    visit(of.latency, other.latency);
    visit(of.fault, other.fault);
    visit(of.ported, other.ported);
    visit(of.cost, other.cost);
    visit(of.webhook, other.webhook);
    visit(of.state, other.state);
}

companions all_beside(const step& of) {
    companions all{of.latency, of.fault, of.ported, of.cost, of.webhook, std::nullopt};
    if (of.set_state) all.state = new_state{*of.set_state, of.state_lasts};
    return all;
}

/// Takes away what would be handed down to a step that has none of its own.
void keep_what_all_have(const domain::choice& of, companions& beside) {
    for (const auto& each : of.steps) {
        for_each(beside, all_beside(each), [](auto& handed_down, const auto& own) {
            if (!own) handed_down.reset();
        });
        if (const auto* inner = std::get_if<domain::choice>(&each.action)) {
            keep_what_all_have(*inner, beside);
        }
    }
}

/// What may stand beside that action, and does something there.
companions fitting(const step& of) {
    auto fit = all_beside(of);
    if (const auto* options = std::get_if<domain::choice>(&of.action)) {
        keep_what_all_have(*options, fit);
        if (fit.webhook && fit.webhook->before_reply) fit.webhook.reset();
    }
    if (std::holds_alternative<domain::refusal_step>(of.action) ||
        std::holds_alternative<domain::lost_call>(of.action)) {
        fit.ported.reset();
        fit.cost.reset();
        fit.webhook.reset();
    }
    return fit;
}

/// What of it has to be said inside a `one_of` that hands down `around`. A step that nothing but a
/// fault or a latency makes one has to say that, whatever is handed down.
companions to_say(const step& of, const companions& fit, const companions& around) {
    auto said = fit;
    for_each(said, around, [](auto& own, const auto& handed_down) {
        if (own == handed_down) own.reset();
    });
    if (std::holds_alternative<domain::lost_call>(of.action)) {
        said.fault = of.fault.value_or(domain::fault{});
    }
    if (std::holds_alternative<domain::as_usual>(of.action) && !said.fault && !said.latency) {
        if (of.fault && shows_reply(of.fault->kind)) {
            said.fault = of.fault;
        } else {
            said.latency = of.latency.value_or(domain::delay{});
        }
    }
    return said;
}

/// A fault that shows no reply makes a lost call of a step without an action key, unless it is
/// handed down.
bool is_beyond_words(const step& of, const companions& said) {
    return std::holds_alternative<domain::as_usual>(of.action) && said.fault &&
           !shows_reply(said.fault->kind);
}

/// The step as the only one of a `one_of` that hands its fault down.
step in_a_choice(const step& of) {
    step whole;
    whole.fault = of.fault;
    whole.times = of.times;
    whole.weight = of.weight;
    domain::choice options{{of}};
    options.steps[0].weight = 1;
    whole.action = std::move(options);
    return whole;
}

// --- values

void write_after(json_writer& out, const domain::delay& after) {
    if (!after.is_zero()) write_delay(out.key("after"), after);
}

void write_fault(json_writer& out, const domain::fault& of) {
    if (!takes_time(of.kind) || of == domain::fault::usual(of.kind)) {
        out.value(name(of.kind));
        return;
    }
    out.begin_object().member("kind", name(of.kind));
    write_delay(out.key("for"), of.lasts);
    out.end_object();
}

void write_state(json_writer& out, const new_state& of) {
    if (!of.lasts) {
        out.value(of.to);
        return;
    }
    out.begin_object().member("to", of.to);
    write_delay(out.key("for"), *of.lasts);
    out.end_object();
}

// --- actions

std::string_view usual_carrier_status(const domain::delivery_outcome& of) {
    return of.status == delivery_status::delivered ? "success"
                                                   : domain::carrier_status_for(of.error_code);
}

void write_carrier_status(json_writer& out, const domain::delivery_outcome& of) {
    if (of.carrier_status != usual_carrier_status(of)) {
        out.member("carrier_status", of.carrier_status);
    }
}

void write_event(json_writer& out, const domain::course_event& of) {
    const auto& outcome = of.outcome;
    out.begin_object();
    write_after(out, of.after);
    out.member("status", name(outcome.status));
    const std::string_view usual = outcome.status == delivery_status::failed ? "no_answer" : "";
    if (outcome.error_code != usual) out.member("error_code", outcome.error_code);
    write_carrier_status(out, outcome);
    out.end_object();
}

/// What `deliver` and `fail` can say.
bool is_plain_end(const domain::course& of) {
    if (of.events.size() != 1) return false;
    const auto& outcome = of.events.front().outcome;
    return is_terminal(outcome.status) &&
           (outcome.status == delivery_status::failed) != outcome.error_code.empty();
}

void write_plain_end(json_writer& out, const domain::course_event& of) {
    if (of.outcome.status == delivery_status::delivered) {
        out.member("deliver", true);
    } else {
        out.member("fail", of.outcome.error_code);
    }
    write_after(out, of.after);
    write_carrier_status(out, of.outcome);
}

void write_step_at(json_writer& out, const step& of, place where, const companions& around);

/// Writes the keys of an action.
struct action_writer {
    json_writer& out;
    const companions& fit;
    const companions& said;

    void operator()(const domain::course& of) const {
        if (is_plain_end(of)) return write_plain_end(out, of.events.front());
        if (of.events.empty() && !said.webhook) {  // "webhook" does not go with "pending"
            out.member("pending", true);
            return;
        }
        out.key("timeline").begin_array();
        for (const auto& each : of.events)
            write_event(out, each);
        out.end_array();
    }

    void operator()(const domain::refusal_step& of) const {
        out.member("error", of.error);
        if (of.status) out.member("status", *of.status);
        if (!of.headers.empty()) {
            out.key("headers").begin_object();
            for (const auto& [name, value] : of.headers)
                out.member(name, value);
            out.end_object();
        }
        if (of.body) out.member("body", *of.body);
    }

    void operator()(const domain::lost_call&) const {}
    void operator()(const domain::as_usual&) const {}

    void operator()(const domain::choice& of) const {
        out.key("one_of").begin_array();
        for (const auto& each : of.steps)
            write_step_at(out, each, place::in_choice, fit);
        out.end_array();
    }
};

// --- a step as a whole

void write_companions(json_writer& out, const companions& said) {
    if (said.fault) write_fault(out.key("fault"), *said.fault);
    if (said.latency) write_delay(out.key("latency"), *said.latency);
    if (said.ported) out.member("carrier", name(*said.ported));
    if (said.cost) out.member("cost", *said.cost);
    if (said.webhook) write_webhook_manner(out.key("webhook"), *said.webhook);
    if (said.state) write_state(out.key("set_state"), *said.state);
}

void write_step_at(json_writer& out, const step& of, place where, const companions& around) {
    const auto fit = fitting(of);
    const auto said = to_say(of, fit, around);
    if (is_beyond_words(of, said)) return write_step_at(out, in_a_choice(of), where, around);
    out.begin_object();
    if (where == place::in_choice && of.weight != 1) out.member("weight", of.weight);
    std::visit(action_writer{out, fit, said}, of.action);
    write_companions(out, said);
    if (where == place::in_list && of.times != 1) out.member("times", of.times);
    out.end_object();
}

}  // namespace

void write_step(json_writer& out, const step& of) {
    write_step_at(out, of, place::in_list, {});
}

void write_delay(json_writer& out, const domain::delay& of) {
    if (const auto* range = std::get_if<domain::uniform_delay>(&of.law())) {
        const auto from = format_duration(range->from);
        out.value(range->from == range->to ? from : from + ".." + format_duration(range->to));
        return;
    }
    const auto& law = std::get<domain::log_normal_delay>(of.law());
    out.begin_object()
        .member("median", format_duration(law.median))
        .member("sigma", law.sigma)
        .end_object();
}

void write_webhook_manner(json_writer& out, const domain::webhook_manner& of) {
    const domain::webhook_manner usual;
    out.begin_object();
    if (of.copies != usual.copies) out.member("copies", of.copies);
    if (of.wait != usual.wait) write_delay(out.key("delay"), of.wait);
    if (of.before_reply != usual.before_reply) out.member("before_reply", of.before_reply);
    if (of.signature != usual.signature) out.member("signature", name(of.signature));
    out.end_object();
}

}  // namespace nexo_mock::codec
