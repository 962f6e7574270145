#include <nexo_mock/api/explanation_json.hpp>
#include <nexo_mock/codec/rule_words.hpp>

namespace nexo_mock::api {

namespace {

using codec::json_writer;

/// Written as money is: a decimal number without rounding.
domain::money as_seconds(domain::duration of) {
    return domain::money::from_micros(of.count());
}

void write_reply(json_writer& json, const response& reply) {
    json.key("reply").begin_object().key("status");
    if (reply.status == 0) {
        json.null();
    } else {
        json.value(reply.status);
    }
    json.key("headers").begin_object();
    for (const auto& [name, value] : reply.headers)
        json.member(name, value);
    json.end_object().member_or_null("body", reply.body);
    json.member("latency_s", as_seconds(reply.manner.latency));
    const auto& fault = reply.manner.fault;
    json.member_or_null("fault", fault ? name(fault->kind) : std::string_view{});
    json.member("fault_s", as_seconds(fault ? fault->lasts : domain::duration{}));
    json.member("after_webhook", reply.manner.after_webhook).end_object();
}

void write_event(json_writer& json, const foreseen_event& event) {
    json.begin_object().member("at_s", as_seconds(event.at));
    json.member("type", event.attempt == 0 ? "delivery" : "webhook")
        .member("status", name(event.outcome.status))
        .member_or_null("error_code", event.outcome.error_code)
        .member_or_null("carrier_status", event.outcome.carrier_status)
        .member("cost", event.cost);
    if (event.attempt != 0) {
        json.member("webhook", event.event)
            .member("attempt", event.attempt)
            .member("signature", name(event.signature))
            .member("answer", event.status)
            .member("state", event.after == domain::event_state::waiting        ? "waiting"
                             : event.after == domain::event_state::acknowledged ? "acknowledged"
                                                                                : "given_up");
    }
    json.end_object();
}

}  // namespace

compared_call::compared_call(const send_question& asked)
    : number{domain::phone_number::parse(asked.phone)} {
    call.key = asked.key;
    call.phone = asked.phone;
    call.code = asked.code;
    call.elapsed = asked.elapsed;
    if (number) call.network = number->carrier();
}

void write_explanation(json_writer& json, const send_question& asked, const explanation& told) {
    const compared_call compared{asked};
    json.member("scenario", told.scenario->name)
        .member("seed", asked.seed)
        .member("state", told.state)
        .member("attempt", asked.attempt);
    json.member("elapsed_s", as_seconds(asked.elapsed));
    json.key("rules").begin_array();
    for (const auto& each : told.trials) {
        const auto& rule = told.scenario->rules[each.rule_index];
        json.begin_object()
            .member("index", each.rule_index)
            .member("name", rule.name)
            .member("verdict", codec::name(each.outcome))
            .member("why", codec::in_words(each, rule, compared.call, told.state))
            .end_object();
    }
    const bool decided =
        !told.trials.empty() && told.trials.back().outcome == domain::verdict::decides;
    json.end_array().key("decided_by");
    if (decided) {
        json.value(told.trials.back().rule_index);
    } else {
        json.null();
    }
    write_reply(json, told.reply);
    json.member_or_null("id", told.accepted ? told.accepted->id.text() : std::string{});
    json.key("course").begin_array();
    for (const auto& each : told.course)
        write_event(json, each);
    json.end_array();
}

}  // namespace nexo_mock::api
