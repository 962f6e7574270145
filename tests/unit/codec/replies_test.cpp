#include <nexo_mock/codec/replies.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

constexpr time_point sample_time = std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h;

delivery_id sample_id() {
    return *delivery_id::parse("8f2e1c4d-1111-4222-8333-444444444444");
}

/// One that has come to that.
delivery_report sample_delivery(const delivery_outcome& outcome) {
    return {.id = sample_id(),
            .phone = *phone_number::parse("+84981234567"),
            .carrier = carrier::viettel,
            .outcome = &outcome,
            .cost = 22000_micros,
            .created = sample_time,
            .completed = {}};
}

std::string delivery_reply(const delivery_report& of) {
    std::string out;
    append_delivery(out, of);
    return out;
}

}  // namespace

TEST_CASE("an accepted send is told in the vendor's fields and order") {
    std::string out;
    append_send_accepted(out, {sample_id(), 0, carrier::viettel, 22000_micros, 88000_micros});
    CHECK(out == R"({"ok":true,"id":"8f2e1c4d-1111-4222-8333-444444444444","carrier":"viettel",)"
                 R"("status":"sent","cost":0.022,"balance":0.088})");
}

TEST_CASE("a delivery that was sent has nulls where nothing is known yet") {
    const delivery_outcome sent;
    CHECK(delivery_reply(sample_delivery(sent)) ==
          R"({"ok":true,"id":"8f2e1c4d-1111-4222-8333-444444444444","phone":"+84981234567",)"
          R"("carrier":"viettel","status":"sent","cost":0.022,"error_code":null,)"
          R"("carrier_status":null,"created_at":"2026-05-26T10:00:00Z","completed_at":null})");
}

TEST_CASE("a delivered one is told as in the vendor's sample") {
    const delivery_outcome outcome{delivery_status::delivered, "", "success"};
    auto of = sample_delivery(outcome);
    of.completed = sample_time + 25s + 999ms;
    CHECK(delivery_reply(of) ==
          R"({"ok":true,"id":"8f2e1c4d-1111-4222-8333-444444444444","phone":"+84981234567",)"
          R"("carrier":"viettel","status":"delivered","cost":0.022,"error_code":null,)"
          R"("carrier_status":"success","created_at":"2026-05-26T10:00:00Z",)"
          R"("completed_at":"2026-05-26T10:00:25Z"})");
}

TEST_CASE("a failed and refunded one costs nothing and says why") {
    const delivery_outcome outcome{delivery_status::failed, "busy", "user_busy"};
    auto of = sample_delivery(outcome);
    of.completed = sample_time + 30s;
    of.cost = money{};
    CHECK(delivery_reply(of) ==
          R"({"ok":true,"id":"8f2e1c4d-1111-4222-8333-444444444444","phone":"+84981234567",)"
          R"("carrier":"viettel","status":"failed","cost":0,"error_code":"busy",)"
          R"("carrier_status":"user_busy","created_at":"2026-05-26T10:00:00Z",)"
          R"("completed_at":"2026-05-26T10:00:30Z"})");
}

TEST_CASE("an error code of a scenario's own can't break the reply") {
    const delivery_outcome outcome{delivery_status::failed, "a\"b", "\n"};
    auto of = sample_delivery(outcome);
    CHECK(delivery_reply(of).find(R"("error_code":"a\"b","carrier_status":"\n")") !=
          std::string::npos);
}

TEST_CASE("a balance is the sum and the three buckets") {
    std::string out;
    append_balance(out, {25000000_micros, money{}, 110000_micros});
    CHECK(out == R"({"ok":true,"balance":25.11,)"
                 R"("buckets":{"balance":25,"bonus_credit":0,"free_credit":0.11}})");
}

TEST_CASE("an error is its code, and want of money says where to pay") {
    for (const auto error : all_api_errors) {
        CAPTURE(name(error));
        std::string out;
        append_error(out, name(error));
        const std::string more = error == api_error::insufficient_balance
                                     ? R"(,"deposit_url":"https://nexoroute.dev/dashboard/deposit")"
                                     : "";
        CHECK(out == R"({"ok":false,"error":")" + std::string{name(error)} + '"' + more + '}');
    }
}

TEST_CASE("a webhook is told in the vendor's fields and order") {
    webhook_event event{.id = sample_id(),
                        .phone = *phone_number::parse("+84981234567"),
                        .carrier = carrier::viettel,
                        .outcome = {delivery_status::delivered, "", "success"},
                        .cost = 22000_micros,
                        .created = sample_time,
                        .completed = sample_time + 25s};
    std::string out;
    append_webhook(out, event);
    CHECK(out == R"({"type":"otp.delivered","id":"8f2e1c4d-1111-4222-8333-444444444444",)"
                 R"("phone":"+84981234567","carrier":"viettel","status":"delivered","cost":0.022,)"
                 R"("error_code":null,"created_at":"2026-05-26T10:00:00Z",)"
                 R"("completed_at":"2026-05-26T10:00:25Z"})");

    event.outcome = {delivery_status::failed, "busy", "user_busy"};
    event.cost = money{};
    out.clear();
    append_webhook(out, event);
    CHECK(out == R"({"type":"otp.failed","id":"8f2e1c4d-1111-4222-8333-444444444444",)"
                 R"("phone":"+84981234567","carrier":"viettel","status":"failed","cost":0,)"
                 R"("error_code":"busy","created_at":"2026-05-26T10:00:00Z",)"
                 R"("completed_at":"2026-05-26T10:00:25Z"})");
}

TEST_CASE("replies append to what is there") {
    std::string out = "HTTP";
    append_error(out, "not_found");
    CHECK(out == R"(HTTP{"ok":false,"error":"not_found"})");
}
