#include <support/http.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock;
using namespace support;

namespace {

std::string status_of(client& of, const std::string& id) {
    return json_field(of.get("/api/v1/deliveries/" + id).body(), "status");
}

}  // namespace

TEST_CASE("a manual clock moves only when told") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp("+84981234567").body(), "id");
    CHECK(status_of(user, id) == "sent");
    user.advance(R"({"by":"1999ms"})");
    CHECK(status_of(user, id) == "sent");
    const auto fired = user.advance(R"({"by":"1ms"})");
    CHECK(json_field(fired, "at") == "2026-05-26T10:00:02.000Z");
    const auto reply = user.get("/api/v1/deliveries/" + id).body();
    CHECK(json_field(reply, "status") == "delivered");
    CHECK(json_field(reply, "created_at") == "2026-05-26T10:00:00Z");
    CHECK(json_field(reply, "completed_at") == "2026-05-26T10:00:02Z");
}

TEST_CASE("an account's clock is its own") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client one{mock.port(), "sk_live_one"};
    client other{mock.port(), "sk_live_other"};
    const auto of_one = json_field(one.send_otp("+84981234567").body(), "id");
    const auto of_other = json_field(other.send_otp("+84981234567").body(), "id");
    one.advance(R"({"to":"idle"})");
    CHECK(status_of(one, of_one) == "delivered");
    CHECK(status_of(other, of_other) == "sent");
    CHECK(json_field(other.get("/_mock/clock").body(), "now") == "2026-05-26T10:00:00.000Z");
}

TEST_CASE("without a key an advance moves every account and those to come") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client one{mock.port(), "sk_live_one"};
    client other{mock.port(), "sk_live_other"};
    const auto of_one = json_field(one.send_otp("+84981234567").body(), "id");
    other.advance(R"({"by":"1s"})");
    const auto of_other = json_field(other.send_otp("+84981234567").body(), "id");
    client test{mock.port(), ""};
    CHECK(json_field(test.advance(R"({"to":"next"})"), "now") == "2026-05-26T10:00:03.000Z");
    CHECK(status_of(one, of_one) == "delivered");
    CHECK(status_of(other, of_other) == "delivered");
    client late{mock.port(), "sk_live_late"};
    CHECK(json_field(late.get("/_mock/clock").body(), "now") >= "2026-05-26T10:00:02.000Z");
}

TEST_CASE("an instant clock has delivered before the next request is answered") {
    server mock{options_for(delivers, "instant")};
    client user{mock.port(), "sk_live_a"};
    for (int i = 0; i < 5; ++i) {
        const auto accepted = user.send_otp("+84981234567").body();
        CHECK(json_field(accepted, "status") == "sent");
        CHECK(status_of(user, json_field(accepted, "id")) == "delivered");
    }
}

TEST_CASE("advancing a clock that is not manual is refused with 409") {
    server mock{options_for(delivers, "real")};
    client user{mock.port(), "sk_live_a"};
    CHECK(user.post("/_mock/clock/advance", R"({"by":"1s"})").result_int() == 409);
    client all{mock.port(), ""};
    CHECK(all.post("/_mock/clock/advance", R"({"by":"1s"})").result_int() == 409);
    CHECK(user.put("/_mock/clock", R"({"mode":"manual"})").result_int() == 200);
    CHECK(user.post("/_mock/clock/advance", R"({"by":"1s"})").result_int() == 200);
}

TEST_CASE("time does not go back, and says so") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    CHECK(user.put("/_mock/clock", R"({"now":"2026-05-27T10:00:00Z"})").result_int() == 200);
    const auto refused = user.put("/_mock/clock", R"({"now":"2026-05-26T10:00:00Z"})");
    CHECK(refused.result_int() == 409);
    CHECK(refused.body().find("2026-05-27T10:00:00.000Z") != std::string::npos);
}

TEST_CASE("setting a manual clock ahead runs what falls due") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_a"};
    const auto id = json_field(user.send_otp("+84981234567").body(), "id");
    user.put("/_mock/clock", R"({"now":"2026-05-26T10:00:02Z"})");
    CHECK(status_of(user, id) == "delivered");
}

TEST_CASE("a running clock delivers by itself, each mode at its own pace") {
    for (const auto* mode : {"real", "x60"}) {
        CAPTURE(mode);
        const auto after = std::string{mode} == "real" ? "20ms" : "1200ms";
        auto options = options_for(
            std::string{R"({"rules":[{"then":{"deliver":true,"after":")"} + after + R"("}}]})",
            mode);
        server mock{options};
        client user{mock.port(), "sk_live_a"};
        const auto id = json_field(user.send_otp("+84981234567").body(), "id");
        while (status_of(user, id) == "sent") {
        }
        CHECK(status_of(user, id) == "delivered");
    }
}

TEST_CASE("a reset brings back the start-up state, of one account or of all") {
    server mock{options_for(delivers, "manual@2026-05-26T10:00:00Z")};
    client one{mock.port(), "sk_live_one"};
    client other{mock.port(), "sk_live_other"};
    const auto of_one = json_field(one.send_otp("+84981234567").body(), "id");
    const auto of_other = json_field(other.send_otp("+84981234567").body(), "id");
    one.advance(R"({"by":"1s"})");
    CHECK(one.post("/_mock/reset", "").body() == R"({"ok":true})");
    CHECK(one.get("/api/v1/deliveries/" + of_one).result_int() == 404);
    CHECK(json_field(one.get("/api/v1/balance").body(), "balance") == "0.11");
    CHECK(json_field(one.get("/_mock/clock").body(), "now") == "2026-05-26T10:00:00.000Z");
    CHECK(status_of(other, of_other) == "sent");
    CHECK(json_field(one.send_otp("+84981234567").body(), "id") == of_one);

    client all{mock.port(), ""};
    all.post("/_mock/reset", "");
    CHECK(other.get("/api/v1/deliveries/" + of_other).result_int() == 404);
    CHECK(json_field(all.get("/_mock/health").body(), "accepted") == "0");
}
