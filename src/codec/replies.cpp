#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/text_writer.hpp>

namespace nexo_mock::codec {

namespace {

constexpr std::size_t most_of_a_body = 256;  // but for words of a scenario's own

constexpr std::string_view test_id = "test";

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
    text_writer{out, most_of_a_body}
        << R"({"ok":true,"id":")" << reply.id.characters() << R"(","carrier":")"
        << name(reply.carrier) << R"(","status":")" << name(domain::delivery_status::sent)
        << R"(","cost":)" << money_text{reply.cost}.view() << R"(,"balance":)"
        << money_text{reply.balance}.view() << "}";
}

void append_delivery(std::string& out, const domain::delivery_report& reply) {
    const auto& outcome = *reply.outcome;
    text_writer{out, most_of_a_body} << R"({"ok":true,"id":")" << reply.id.characters()
                                     << R"(","phone":")" << reply.phone.characters()
                                     << R"(","carrier":")" << name(reply.carrier)
                                     << R"(","status":")" << name(outcome.status) << R"(","cost":)"
                                     << money_text{reply.cost}.view() << R"(,"error_code":)";
    append_or_null(out, outcome.error_code);
    out += R"(,"carrier_status":)";
    append_or_null(out, outcome.carrier_status);
    text_writer end{out, most_of_a_body};
    end << R"(,"created_at":")" << seconds_text(reply.created);
    if (is_terminal(outcome.status)) {
        end << R"(","completed_at":")" << seconds_text(reply.completed) << R"("})";
    } else {
        end << R"(","completed_at":null})";
    }
}

void append_balance(std::string& out, const domain::bucket_amounts& reply) {
    text_writer to{out, most_of_a_body};
    to << R"({"ok":true,"balance":)" << money_text{reply.total()}.view() << R"(,"buckets":{)";
    std::string_view before = "\"";
    for (const auto which : domain::all_buckets) {
        to << before << name(which) << R"(":)" << money_text{reply[which]}.view();
        before = R"(,")";
    }
    to << "}}";
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
    return event.is_test ? std::string{test_id} : event.id.text();
}

void append_webhook(std::string& out, const domain::webhook_event& event) {
    const auto id = event.id.characters();
    const auto id_or_test = event.is_test ? test_id : std::string_view{id.data(), id.size()};
    text_writer{out, most_of_a_body}
        << R"({"type":")" << webhook_type(event.outcome.status) << R"(","id":")" << id_or_test
        << R"(","phone":")" << event.phone.characters() << R"(","carrier":")" << name(event.carrier)
        << R"(","status":")" << name(event.outcome.status) << R"(","cost":)"
        << money_text{event.cost}.view() << R"(,"error_code":)";
    append_or_null(out, event.outcome.error_code);
    text_writer{out, most_of_a_body} << R"(,"created_at":")" << seconds_text(event.created)
                                     << R"(","completed_at":")" << seconds_text(event.completed)
                                     << R"("})";
}

}  // namespace nexo_mock::codec
