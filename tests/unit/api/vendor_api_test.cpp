#include <nexo_mock/api/vendor_api.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace nexo_mock;

namespace {

using namespace std::chrono_literals;

/// Accounts of one scenario in a test's own time, without locks or threads.
class plain_accounts final : public api::accounts {
 public:
    explicit plain_accounts(domain::scenario_ptr scenario) : scenario_{std::move(scenario)} {}

    api::admission visit(std::string_view key, api::world_use use) override {
        if (is_full) return api::admission::too_many_accounts;
        if (!domain::is_well_formed_key(key)) return api::admission::unknown_key;
        auto found = worlds.find(key);
        if (found == worlds.end()) {
            found = worlds.emplace(key, support::world_of(scenario_, 42, key)).first;
        }
        domain::effects out;
        found->second.advance(now, out);
        use(found->second, now);
        return api::admission::granted;
    }
    std::uint64_t next_seq() override { return ++seq_; }

    std::map<std::string, domain::world, std::less<>> worlds;
    domain::time_point now = support::begin;
    bool is_full = false;

 private:
    domain::scenario_ptr scenario_;
    std::uint64_t seq_ = 0;
};

struct fixture {
    explicit fixture(
        std::string_view scenario = R"({"rules": [{"then": {"deliver": true, "after": "2s"}}]})")
        : accounts{support::scenario_of(scenario)}, vendor{accounts} {}

    const api::response& call(api::method verb, std::string target, std::string body = {},
                              std::string authorization = "Bearer sk_live_...") {
        in.verb = verb;
        in.target = std::move(target);
        in.body = std::move(body);
        in.authorization = std::move(authorization);
        out.reset();
        vendor.handle(in, out);
        return out;
    }
    const api::response& send(std::string body) {
        return call(api::method::post, "/api/v1/send-otp", std::move(body));
    }

    plain_accounts accounts;
    api::vendor_api vendor;
    api::request in;
    api::response out;
};

constexpr const char* good = R"({"phone":"+84981234567","code":"482917"})";

std::string header(const api::response& of, std::string_view name) {
    for (const auto& [key, value] : of.headers) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace

TEST_CASE("a new account's first send costs 0.022 of its 0.11") {
    fixture test;
    CHECK(
        test.call(api::method::get, "/api/v1/balance").body ==
        R"({"ok":true,"balance":0.11,"buckets":{"balance":0,"bonus_credit":0,"free_credit":0.11}})");
    const auto& reply = test.send(good);
    CHECK(reply.status == 202);
    CHECK(reply.body.ends_with(
        R"("carrier":"viettel","status":"sent","cost":0.022,"balance":0.088})"));
}

TEST_CASE("the sixth send of a new account is refused for lack of funds") {
    fixture test;
    for (int i = 0; i < 5; ++i)
        REQUIRE(test.send(good).status == 202);
    const auto& reply = test.send(good);
    CHECK(reply.status == 402);
    CHECK(reply.body == R"({"ok":false,"error":"insufficient_balance",)"
                        R"("deposit_url":"https://nexoroute.dev/dashboard/deposit"})");
}

TEST_CASE("every wrong form has its error and costs nothing") {
    struct wrong {
        std::string body;
        int status;
        std::string error;
    };
    const std::vector<wrong> table{
        {"", 400, "invalid_json"},
        {"[]", 400, "invalid_json"},
        {"\"text\"", 400, "invalid_json"},
        {"{\"phone\":", 400, "invalid_json"},
        {std::string{good} + "x", 400, "invalid_json"},
        {"{}", 400, "invalid_phone"},
        {R"({"code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":84981234567,"code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":"0981234567","code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":"84981234567","code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":"+840981234567","code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":" +84981234567","code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":"+842812345678","code":"482917"})", 400, "invalid_phone"},
        {R"({"phone":"0981234567","code":"x"})", 400,
         "invalid_phone"},  // the phone is looked at first
        {R"({"phone":"+84981234567"})", 400, "invalid_code"},
        {R"({"phone":"+84981234567","code":482917})", 400, "invalid_code"},
        {R"({"phone":"+84981234567","code":"123"})", 400, "invalid_code"},
        {R"({"phone":"+84981234567","code":"123456789"})", 400, "invalid_code"},
        {R"({"phone":"+84981234567","code":"12a4"})", 400, "invalid_code"},
    };
    fixture test;
    for (const auto& each : table) {
        CAPTURE(each.body);
        const auto& reply = test.send(each.body);
        CHECK(reply.status == each.status);
        CHECK(reply.body == R"({"ok":false,"error":")" + each.error + "\"}");
    }
    CHECK(test.send(good).body.ends_with(R"("balance":0.088})"));
}

TEST_CASE("a bad key is 401 whatever else is wrong, with the challenge HTTP wants") {
    fixture test;
    for (const auto* authorization :
         {"", "Bearer sk_test_a", "Bearer sk_live_", "Basic sk_live_a"}) {
        CAPTURE(authorization);
        const auto& reply =
            test.call(api::method::post, "/api/v1/send-otp", "no json", authorization);
        CHECK(reply.status == 401);
        CHECK(reply.body == R"({"ok":false,"error":"unauthorized"})");
        CHECK(header(reply, "WWW-Authenticate") == "Bearer");
    }
}

TEST_CASE("the key is looked at before the address, the address before the body") {
    fixture test{R"({"accounts": [{"key": "sk_live_fenced", "ip_allowlist": ["10.0.0.0/8"]},
                                  {"key": "sk_live_revoked", "revoked": true, "ip_allowlist": ["10.0.0.0/8"]}]})"};
    test.in.peer = domain::ip_address::v4({127, 0, 0, 1});
    const auto status = [&](const char* key) {
        return test.call(api::method::post, "/api/v1/send-otp", "no json", key).status;
    };
    CHECK(status("Bearer sk_live_fenced") == 403);
    CHECK(test.out.body == R"({"ok":false,"error":"ip_not_allowed"})");
    CHECK(status("Bearer sk_live_revoked") == 401);
    test.in.peer = domain::ip_address::v4({10, 1, 2, 3});
    CHECK(status("Bearer sk_live_fenced") == 400);
}

TEST_CASE("unknown paths are 404 and wrong methods 405, whatever the key") {
    fixture test;
    for (const auto* path : {"/", "/api/v1", "/api/v1/deliveries", "/api/v1/deliveries/",
                             "/api/v1/deliveries/a/b", "/api/v2/balance", "/api/v1/balance/"}) {
        CAPTURE(path);
        CHECK(test.call(api::method::get, path, "", "").status == 404);
        CHECK(test.out.body == R"({"ok":false,"error":"not_found"})");
    }
    CHECK(test.call(api::method::get, "/api/v1/send-otp", "", "").status == 405);
    CHECK(header(test.out, "Allow") == "POST");
    CHECK(test.call(api::method::delete_, "/api/v1/balance", "", "").status == 405);
    CHECK(header(test.out, "Allow") == "GET, HEAD");
    CHECK(test.call(api::method::post, "/api/v1/deliveries/x", "", "").status == 405);
    CHECK(test.out.body == R"({"ok":false,"error":"method_not_allowed"})");
}

TEST_CASE("an unknown id, no id, and another account's id can't be told apart") {
    fixture test;
    const auto id = test.send(good).body.substr(17, 36);
    CHECK(test.call(api::method::get, "/api/v1/deliveries/" + id).status == 200);
    for (const auto& [path, key] : std::vector<std::pair<std::string, std::string>>{
             {"/api/v1/deliveries/" + id, "Bearer sk_live_other"},
             {"/api/v1/deliveries/8f2e1c4d-0000-4000-8000-000000000000", "Bearer sk_live_..."},
             {"/api/v1/deliveries/nonsense", "Bearer sk_live_..."},
             {"/api/v1/deliveries/", "Bearer sk_live_..."}}) {
        CAPTURE(path);
        const auto& reply = test.call(api::method::get, path, "", key);
        CHECK(reply.status == 404);
        CHECK(reply.body == R"({"ok":false,"error":"not_found"})");
        CHECK(reply.headers.empty());
    }
}

TEST_CASE("a delivery shows its life in the vendor's fields") {
    fixture test;
    const auto id = test.send(good).body.substr(17, 36);
    const auto path = "/api/v1/deliveries/" + id;
    CHECK(
        test.call(api::method::get, path).body ==
        R"({"ok":true,"id":")" + id +
            R"(","phone":"+84981234567","carrier":"viettel","status":"sent","cost":0.022,"error_code":null,)"
            R"("carrier_status":null,"created_at":"2026-05-26T10:00:00Z","completed_at":null})");
    test.accounts.now += 25s;
    CHECK(
        test.call(api::method::get, path).body ==
        R"({"ok":true,"id":")" + id +
            R"(","phone":"+84981234567","carrier":"viettel","status":"delivered","cost":0.022,"error_code":null,)"
            R"("carrier_status":"success","created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:02Z"})");
}

TEST_CASE(
    "a rule's refusal may say its status, headers and body, api.errors says statuses for all") {
    fixture test{R"({"api": {"errors": {"invalid_code": 422, "on_fire": 418}}, "rules": [
        {"when": {"code": "1111"}, "then": {"error": "rate_limited", "headers": {"Retry-After": "7"}}},
        {"when": {"code": "2222"}, "then": {"error": "on_fire"}},
        {"when": {"code": "3333"}, "then": {"error": "on_fire", "status": 599, "body": "<html>"}},
        {"when": {"code": "4444"}, "then": {"error": "never_heard_of"}},
        {"when": {"endpoint": "balance"}, "then": {"error": "internal_error"}}]})"};
    const auto send = [&](const char* code) -> const api::response& {
        return test.send(std::string{R"({"phone":"+84981234567","code":")"} + code + "\"}");
    };
    CHECK(send("1111").status == 429);
    CHECK(header(test.out, "Retry-After") == "7");
    CHECK(send("2222").status == 418);
    CHECK(test.out.body == R"({"ok":false,"error":"on_fire"})");
    CHECK(send("3333").status == 599);
    CHECK(test.out.body == "<html>");
    CHECK(send("4444").status == 500);
    CHECK(send("bad").status == 422);
    CHECK(test.call(api::method::get, "/api/v1/balance").status == 500);
    CHECK(send("5555").body.ends_with(R"("balance":0.088})"));
}

TEST_CASE("an emulator that can hold no more accounts says so") {
    fixture test;
    test.accounts.is_full = true;
    CHECK(test.send(good).status == 503);
    CHECK(test.out.body == R"({"ok":false,"error":"service_unavailable"})");
}

TEST_CASE("every error of the enumeration is rendered with its own status and code") {
    for (const auto error : domain::all_api_errors) {
        CAPTURE(name(error));
        api::response out;
        api::vendor_api::refuse(error, out);
        CHECK(out.status == default_status(error));
        CHECK(out.body.find("\"error\":\"" + std::string{name(error)} + '"') != std::string::npos);
        CHECK(out.body.starts_with(R"({"ok":false,)"));
    }
}
