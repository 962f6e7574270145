#include <support/http.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr const char* all_deliver =
    R"({"account_defaults": {"balance": 1000}, "rules": [{"name": "all", "then": {"deliver": true, "after": "2s"}}]})";

std::vector<std::string> seqs_of(std::string_view body) {
    std::vector<std::string> found;
    for (auto at = body.find("\"seq\":"); at != std::string_view::npos;
         at = body.find("\"seq\":", at + 1)) {
        found.push_back(json_field(body.substr(at), "seq"));
    }
    return found;
}

}  // namespace

TEST_CASE("the newest code of a number is there at once, for the account or for all of them") {
    server mock{options_for(all_deliver)};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    CHECK(user.get("/_mock/otp/+84981234567").result_int() == 404);
    user.send_otp("+84981234567", "1111");
    user.send_otp("+84981234567", "2222");
    user.send_otp("+84971234567", "3333");
    other.send_otp("+84981234567", "4444");
    CHECK(json_field(user.get("/_mock/otp/+84981234567").body(), "code") == "2222");
    CHECK(json_field(user.get("/_mock/otp/%2B84971234567").body(), "code") == "3333");
    CHECK(json_field(all.get("/_mock/otp/+84981234567").body(), "code") == "4444");
    const auto seq = json_field(user.get("/_mock/otp/+84981234567").body(), "seq");
    const auto none = user.get("/_mock/otp/+84981234567?after=" + seq);
    CHECK(none.result_int() == 404);
    CHECK(json_field(none.body(), "error") == "no_code");
    CHECK(user.get("/_mock/otp/12345").result_int() == 400);
    CHECK(user.get("/_mock/otp/+84981234567?after=x").result_int() == 400);
}

TEST_CASE("deliveries are listed in order of acceptance, page by page, without gap or repetition") {
    server mock{options_for(all_deliver)};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    for (int i = 0; i < 10; ++i) {
        user.send_otp("+84981234567");
        other.send_otp("+84971234567");
    }
    std::vector<std::string> seen;
    std::string after = "0";
    for (;;) {
        const auto page = all.get("/_mock/deliveries?limit=3&after=" + after).body();
        for (const auto& seq : seqs_of(page))
            seen.push_back(seq);
        if (json_field(page, "more") == "false") break;
        after = seen.back();
    }
    REQUIRE(seen.size() == 20);
    for (std::size_t i = 0; i < seen.size(); ++i)
        CHECK(seen[i] == std::to_string(i + 1));
    CHECK(seqs_of(user.get("/_mock/deliveries").body()).size() == 10);
    CHECK(seqs_of(all.get("/_mock/deliveries?phone=+84971234567").body()).size() == 10);
    user.advance(R"({"to":"idle"})");
    CHECK(seqs_of(all.get("/_mock/deliveries?status=delivered").body()).size() == 10);
    for (const auto* bad : {"?limit=0", "?limit=x", "?after=-1", "?status=lost", "?limit=10001",
                            "?phone=0981234567"}) {
        CAPTURE(bad);
        CHECK(all.get(std::string{"/_mock/deliveries"} + bad).result_int() == 400);
    }
}

TEST_CASE("one delivery tells its code, its rule, its buckets, and masks the key") {
    server mock{options_for(all_deliver, "manual@2026-05-26T10:00:00Z")};
    client user{mock.port(), "sk_live_0123456789"};
    const auto id = json_field(user.send_otp("+84981234567", "0007").body(), "id");
    const auto known = user.get("/_mock/deliveries/" + id).body();
    CHECK(json_field(known, "code") == "0007");
    CHECK(json_field(known, "rule") == "all");
    CHECK(json_field(known, "free_credit") == "0.022");
    CHECK(json_field(known, "settlement") == "held");
    CHECK(json_field(known, "created_at") == "2026-05-26T10:00:00.000Z");
    CHECK(known.find("0123456789") == std::string::npos);
    client other{mock.port(), "sk_live_other"};
    CHECK(other.get("/_mock/deliveries/" + id).result_int() == 404);
    client all{mock.port(), ""};
    CHECK(all.get("/_mock/deliveries/" + id).result_int() == 200);
}

TEST_CASE("evicted deliveries are counted, and gone") {
    auto options = options_for(all_deliver);
    options.world.max_deliveries = 3;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    const auto first = json_field(user.send_otp("+84981234567").body(), "id");
    for (int i = 0; i < 9; ++i)
        user.send_otp("+84981234567");
    CHECK(user.get("/api/v1/deliveries/" + first).result_int() == 200);  // pending ones stay
    user.advance(R"({"to":"idle"})");
    CHECK(user.get("/api/v1/deliveries/" + first).result_int() == 404);
    const auto left = user.get("/_mock/deliveries").body();
    CHECK(seqs_of(left).size() == 3);
    CHECK(json_field(left, "evicted") == "7");
}

TEST_CASE("a control call that is wrong says what would be right") {
    struct wrong {
        std::string method;
        std::string path;
        std::string body;
        unsigned status;
        std::string says;
    };
    const std::vector<wrong> table{
        {"GET", "/_mock/nothing", "", 404, "GET /_mock/otp/{phone}"},
        {"GET", "/_mock/ui", "", 404, "POST /_mock/reset"},
        {"DELETE", "/_mock/clock", "", 405, "GET, HEAD, PUT"},
        {"POST", "/_mock/clock/advance", "", 400, "body:1:1"},
        {"POST", "/_mock/clock/advance", "{", 400, "body:1:2"},
        {"POST", "/_mock/clock/advance", "{}", 400, "\\\"by\\\""},
        {"POST", "/_mock/clock/advance", R"({"by":"1s","to":"idle"})", 400, "one of"},
        {"POST", "/_mock/clock/advance", R"({"by":"soon"})", 400,
         "body:1:7: error: /by: expected a duration"},
        {"POST", "/_mock/clock/advance", R"({"to":"nxt"})", 400, "did you mean \\\"next\\\""},
        {"POST", "/_mock/clock/advance", R"({"bye":"1s"})", 400, "did you mean \\\"by\\\""},
        {"PUT", "/_mock/clock", R"({"mode":"fast"})", 400, "x60"},
        {"PUT", "/_mock/clock", R"({"now":"tomorrow"})", 400, "2026-05-26T10:00:00Z"},
        {"PUT", "/_mock/clock", R"({})", 400, "\\\"mode\\\""},
        {"PUT", "/_mock/clock", R"([])", 400, "expected an object"},
    };
    server mock{options_for(all_deliver)};
    connection to{mock.port()};
    for (const auto& each : table) {
        CAPTURE(each.path);
        CAPTURE(each.body);
        to.write(request_text(each.method, each.path, "", each.body));
        const auto reply = to.read();
        CHECK(reply.result_int() == each.status);
        CAPTURE(reply.body());
        CHECK(reply.body().find(each.says) != std::string::npos);
        CHECK(json_field(reply.body(), "ok") == "false");
        CHECK_FALSE(json_field(reply.body(), "error").empty());
    }
}

TEST_CASE("a control call under a key that can't be is refused") {
    server mock{
        options_for(R"({"api": {"keys": "listed"}, "accounts": [{"key": "sk_live_known"}]})")};
    for (const auto* key : {"sk_test_a", "sk_live_", "sk_live_unlisted"}) {
        CAPTURE(key);
        client user{mock.port(), key};
        CHECK(user.get("/_mock/deliveries").result_int() == 401);
        CHECK(user.get("/_mock/clock").result_int() == 401);
        CHECK(user.post("/_mock/reset", "").result_int() == 401);
        CHECK(user.post("/_mock/clock/advance", R"({"to":"idle"})").result_int() == 401);
        CHECK(user.get("/api/v1/balance").result_int() == 401);
    }
    client known{mock.port(), "sk_live_known"};
    CHECK(known.get("/_mock/clock").result_int() == 200);
}

TEST_CASE("health tells what runs and how much") {
    auto options = options_for(all_deliver);
    options.scenario = built_in_scenario("realistic");
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    user.send_otp("+84981234567");
    user.send_otp("nonsense");
    const auto health = user.get("/_mock/health").body();
    CHECK(json_field(health, "status") == "ok");
    CHECK(json_field(health, "scenario") == "realistic");
    CHECK(json_field(health, "clock") == "manual");
    CHECK(json_field(health, "seed") == "7");
    CHECK(json_field(health, "accounts") == "1");
    CHECK(json_field(health, "accepted") == "1");
    CHECK(json_field(health, "refused") == "1");
    CHECK(json_field(health, "pending") == "1");
}

TEST_CASE("the emulator holds so many accounts and no more") {
    auto options = options_for(all_deliver);
    options.max_accounts = 1;
    server mock{options};
    client first{mock.port(), "sk_live_a"};
    client second{mock.port(), "sk_live_b"};
    CHECK(first.get("/api/v1/balance").result_int() == 200);
    CHECK(second.get("/api/v1/balance").result_int() == 503);
    CHECK(second.get("/_mock/deliveries").result_int() == 503);
    first.post("/_mock/reset", "");
    client all{mock.port(), ""};
    all.post("/_mock/reset", "");
    CHECK(second.get("/api/v1/balance").result_int() == 200);
}
