#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/text_formats.hpp>

namespace nexo_mock::codec {

void append_send_accepted(std::string& out, const domain::send_accepted& reply) {
    json_writer{out}
        .begin_object()
        .member("ok", true)
        .member("id", reply.id.text())
        .member("carrier", name(reply.carrier))
        .member("status", name(domain::delivery_status::sent))
        .member("cost", reply.cost)
        .member("balance", reply.balance)
        .end_object();
}

void append_delivery(std::string& out, const domain::delivery_view& reply) {
    const auto& outcome = reply.outcome;
    json_writer{out}
        .begin_object()
        .member("ok", true)
        .member("id", reply.id.text())
        .member("phone", reply.phone.text())
        .member("carrier", name(reply.carrier))
        .member("status", name(outcome.status))
        .member("cost", reply.cost)
        .member_or_null("error_code", outcome.error_code)
        .member_or_null("carrier_status", outcome.carrier_status)
        .member("created_at", format_seconds(reply.created))
        .member_or_null("completed_at", is_terminal(outcome.status)
                                            ? format_seconds(reply.completed)
                                            : std::string{})
        .end_object();
}

void append_balance(std::string& out, const domain::bucket_amounts& reply) {
    json_writer json{out};
    json.begin_object().member("ok", true).member("balance", reply.total());
    json.key("buckets").begin_object();
    for (const auto which : domain::all_buckets)
        json.member(name(which), reply[which]);
    json.end_object().end_object();
}

void append_error(std::string& out, std::string_view code) {
    json_writer json{out};
    json.begin_object().member("ok", false).member("error", code);
    if (code == name(domain::api_error::insufficient_balance)) {
        json.member("deposit_url", deposit_url);
    }
    json.end_object();
}

std::string_view webhook_type(domain::delivery_status status) {
    return status == domain::delivery_status::delivered ? "otp.delivered" : "otp.failed";
}

std::string webhook_id(const domain::webhook_event& event) {
    return event.is_test ? "test" : event.id.text();
}

// By hand: of its values only the error code may need quoting.
void append_webhook(std::string& out, const domain::webhook_event& event) {
    out += R"({"type":")";
    out += webhook_type(event.outcome.status);
    out += R"(","id":")";
    out += webhook_id(event);
    out += R"(","phone":")";
    out += event.phone.text();
    out += R"(","carrier":")";
    out += name(event.carrier);
    out += R"(","status":")";
    out += name(event.outcome.status);
    out += R"(","cost":)";
    append_money(out, event.cost);
    out += R"(,"error_code":)";
    if (event.outcome.error_code.empty()) {
        out += "null";
    } else {
        json_writer{out}.value(event.outcome.error_code);
    }
    out += R"(,"created_at":")";
    out += format_seconds(event.created);
    out += R"(","completed_at":")";
    out += format_seconds(event.completed);
    out += R"("})";
}

}  // namespace nexo_mock::codec
