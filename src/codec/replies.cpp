#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/text_formats.hpp>

namespace nexo_mock::codec {

namespace {

void append_id(std::string& out, const domain::delivery_id& id) {
    const auto text = id.characters();
    out.append(text.data(), text.size());
}

void append_or_null(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += "null";
    } else {
        append_json_string(out, text);
    }
}

}  // namespace

// The three replies that nearly every call gets, and the webhook, are put together by hand: it is
// several times faster than to quote what needs no quotes.

void append_send_accepted(std::string& out, const domain::send_accepted& reply) {
    out += R"({"ok":true,"id":")";
    append_id(out, reply.id);
    out += R"(","carrier":")";
    out += name(reply.carrier);
    out += R"(","status":")";
    out += name(domain::delivery_status::sent);
    out += R"(","cost":)";
    append_money(out, reply.cost);
    out += R"(,"balance":)";
    append_money(out, reply.balance);
    out += '}';
}

void append_delivery(std::string& out, const domain::delivery_view& reply) {
    const auto& outcome = reply.outcome;
    out += R"({"ok":true,"id":")";
    append_id(out, reply.id);
    out += R"(","phone":")";
    out += reply.phone.text();
    out += R"(","carrier":")";
    out += name(reply.carrier);
    out += R"(","status":")";
    out += name(outcome.status);
    out += R"(","cost":)";
    append_money(out, reply.cost);
    out += R"(,"error_code":)";
    append_or_null(out, outcome.error_code);
    out += R"(,"carrier_status":)";
    append_or_null(out, outcome.carrier_status);
    out += R"(,"created_at":")";
    append_seconds(out, reply.created);
    if (is_terminal(outcome.status)) {
        out += R"(","completed_at":")";
        append_seconds(out, reply.completed);
        out += R"("})";
    } else {
        out += R"(","completed_at":null})";
    }
}

void append_balance(std::string& out, const domain::bucket_amounts& reply) {
    out += R"({"ok":true,"balance":)";
    append_money(out, reply.total());
    out += R"(,"buckets":{)";
    for (const auto which : domain::all_buckets) {
        if (which != domain::all_buckets.front()) out += ',';
        out += '"';
        out += name(which);
        out += R"(":)";
        append_money(out, reply[which]);
    }
    out += "}}";
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

void append_webhook(std::string& out, const domain::webhook_event& event) {
    out += R"({"type":")";
    out += webhook_type(event.outcome.status);
    out += R"(","id":")";
    if (event.is_test) {
        out += webhook_id(event);
    } else {
        append_id(out, event.id);
    }
    out += R"(","phone":")";
    out += event.phone.text();
    out += R"(","carrier":")";
    out += name(event.carrier);
    out += R"(","status":")";
    out += name(event.outcome.status);
    out += R"(","cost":)";
    append_money(out, event.cost);
    out += R"(,"error_code":)";
    append_or_null(out, event.outcome.error_code);
    out += R"(,"created_at":")";
    append_seconds(out, event.created);
    out += R"(","completed_at":")";
    append_seconds(out, event.completed);
    out += R"("})";
}

}  // namespace nexo_mock::codec
