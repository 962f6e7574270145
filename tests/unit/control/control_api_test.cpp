#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/domain/api_key.hpp>
#include <support/fake_host.hpp>
#include <support/json.hpp>

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace nexo_mock;
using namespace support;
using api::method;
using control::wait_end;

namespace {

constexpr std::string_view key = "sk_live_a";

std::string header(const api::response& of, std::string_view name) {
    for (const auto& [known, value] : of.headers) {
        if (known == name) return value;
    }
    return {};
}

std::string error_of(const api::response& of) {
    const json body{of.body};
    CHECK_FALSE(body["ok"].is_true());
    CHECK_FALSE(body["detail"].text().empty());
    return body["error"].text();
}

std::string url_encoded(std::string_view text) {
    std::string encoded;
    for (const char each : text) {
        constexpr auto digits = std::string_view{"0123456789ABCDEF"};
        const auto byte = static_cast<unsigned char>(each);
        encoded += '%';
        encoded += digits[byte / 16];
        encoded += digits[byte % 16];
    }
    return encoded;
}

/// A tag has four digits, so among a few hundred keys of one look some two have the same.
std::pair<std::string, std::string> keys_shown_alike() {
    std::map<std::string, std::string> seen;
    for (int i = 0;; ++i) {
        auto made = "sk_live_number_" + std::to_string(i) + "_zz";
        const auto [at, is_new] = seen.emplace(domain::masked_key(made), made);
        if (!is_new) return {at->second, made};
    }
}

}  // namespace

TEST_CASE("the control API takes its own paths and no other") {
    const auto takes = [](std::string_view path, method verb = method::get) {
        api::request in;
        in.verb = verb;
        in.target = path;
        return control::control_api::takes(in);
    };
    for (const auto* path : {"/_mock", "/_mock/", "/_mock/health", "/metrics", "/", "/?a=b"})
        CHECK(takes(path));
    for (const auto* path : {"/_mockery", "/metrics/", "/metricsx", "/api/v1/balance", "//", ""})
        CHECK_FALSE(takes(path));
    CHECK(takes("/", method::head));
    CHECK_FALSE(takes("/", method::post));  // the vendor's, who knows no such path
}

TEST_CASE("a path that is no call lists those there are") {
    control_fixture test;
    for (const std::string path :
         {"/_mock/nothing", "/_mock/ui", "/_mock/health/", "/_mock/deliveries/",
          "/_mock/deliveries/a/b", "/_mock/deliveries//complete", "/_mock/deliveries/a/complete/b",
          "/_mock/otp/", "/_mock/webhooks/redeliver/1", "/_mock/webhooks//redeliver"}) {
        CAPTURE(path);
        const auto& reply = test.get(path);
        CHECK(reply.status == 404);
        CHECK(error_of(reply) == "not_found");
        CHECK(reply.body.find("POST /_mock/clock/advance") != std::string::npos);
    }
}

TEST_CASE("a method that a call does not take is told which it takes") {
    struct row {
        method verb;
        std::string path;
        std::string allow;
    };
    control_fixture test;
    for (const auto& each :
         {row{method::post, "/_mock/health", "GET, HEAD"},
          row{method::delete_, "/_mock/clock", "GET, HEAD, PUT"},
          row{method::post, "/_mock/account", "GET, HEAD, PATCH"},
          row{method::post, "/_mock/scenario", "GET, HEAD, PUT, DELETE"},
          row{method::get, "/_mock/reset", "POST"}, row{method::head, "/_mock/reset", "POST"},
          row{method::get, "/_mock/webhooks/ping", "POST"},
          row{method::other, "/_mock/rules", "POST"}}) {
        CAPTURE(each.path);
        const auto& reply = test.call(each.verb, each.path);
        CHECK(reply.status == 405);
        CHECK(header(reply, "Allow") == each.allow);
        CHECK(error_of(reply) == "method_not_allowed");
    }
}

TEST_CASE("every reply says that it is not to be stored") {
    control_fixture test;
    for (const auto* path : {"/_mock/health", "/metrics", "/_mock/nothing", "/_mock/deliveries"})
        CHECK(header(test.get(path), "Cache-Control") == "no-store");
}

TEST_CASE("the header opens the account it names, and calls about one need it") {
    control_fixture test;
    CHECK(test.get("/_mock/account", key).status == 200);
    CHECK(error_of(test.get("/_mock/account")) == "account_needed");
    CHECK(test.get("/_mock/account", "sk_test_a").status == 401);
    CHECK(error_of(test.get("/_mock/deliveries", "nonsense")) == "unauthorized");
    test.host.is_full = true;
    CHECK(test.get("/_mock/deliveries", "sk_live_b").status == 503);
    CHECK(error_of(test.out) == "too_many_accounts");
    CHECK(test.get("/_mock/health", "nonsense").status == 200);  // it means nothing there
}

TEST_CASE("an account can be called as replies call it") {
    control_fixture test;
    test.host.send(std::string{key});
    test.host.send("sk_live_other");
    const auto shown = json{test.get("/_mock/account", key).body}["account"]["account"].text();
    const auto named = "?account=" + url_encoded(shown);
    CHECK(json{test.get("/_mock/account" + named).body}["account"]["account"].text() == shown);
    CHECK(json{test.get("/_mock/deliveries" + named).body}["deliveries"].size() == 1);
    CHECK(test.call(method::patch, "/_mock/account" + named, {}, R"({"balance":7})").status == 200);
    CHECK(test.host.world_of_key(std::string{key}).wallet().amounts()[domain::bucket::balance] ==
          domain::money::from_micros(7'000'000));
    CHECK(test.get("/_mock/health" + named).status == 200);  // it means nothing there
}

TEST_CASE("a name that no account has, or a key beside it, is refused, and makes no account") {
    control_fixture test;
    test.host.send(std::string{key});
    for (const auto* path :
         {"/_mock/account?account=sk_live_zz%230000", "/_mock/deliveries?account=x",
          "/_mock/deliveries?account=sk_live_a"}) {
        CAPTURE(path);
        CHECK(test.get(path).status == 400);
        CHECK(error_of(test.out) == "invalid_query");
    }
    CHECK(test.get("/_mock/accounts?account=x", key).status == 400);
    CHECK(test.out.body.find("both name an account") != std::string::npos);
    test.host.next.account = 9;
    CHECK(json{test.get("/_mock/accounts").body}["accounts"].size() == 1);
}

TEST_CASE("two accounts that are shown alike are told apart by their keys alone") {
    control_fixture test;
    const auto [one, other] = keys_shown_alike();
    test.host.send(one);
    test.host.send(other);
    const auto& reply = test.get("/_mock/account?account=" + url_encoded(domain::masked_key(one)));
    CHECK(reply.status == 400);
    CHECK(reply.body.find("two accounts are shown as") != std::string::npos);
}

TEST_CASE("a list of one delivery, by its id, reads no code") {
    control_fixture test;
    const auto ordinal = test.host.send(std::string{key});
    test.host.send(std::string{key});
    const auto& world = test.host.world_of_key(std::string{key});
    const auto id = world.id_of(ordinal).text();
    const json body{test.get("/_mock/deliveries?id=" + id).body};
    REQUIRE(body["deliveries"].size() == 1);
    CHECK(body["deliveries"].items()[0]["id"].text() == id);
    CHECK_FALSE(world.view(ordinal)->code_read);
    CHECK(json{test.get("/_mock/deliveries?status=failed&id=" + id).body}["deliveries"].size() ==
          0);
    CHECK(json{test.get("/_mock/deliveries?after=1&id=" + id).body}["deliveries"].size() == 0);
    CHECK(json{test.get("/_mock/deliveries?id=nonsense").body}["deliveries"].size() == 0);
}

TEST_CASE("verify as a report is a success that tells what was found") {
    control_fixture test{"{}"};
    CHECK(test.get("/_mock/verify?report=true").status == 200);
    CHECK(json{test.out.body}["ok"].is_true());
    test.host.send(std::string{key});
    CHECK(test.get("/_mock/verify").status == 409);
    CHECK(test.get("/_mock/verify?report=false").status == 409);
    CHECK(test.get("/_mock/verify?report=true").status == 200);
    CHECK(error_of(test.out) == "unverified");
    CHECK(test.get("/_mock/verify?report=yes").status == 400);
    CHECK(error_of(test.out) == "invalid_query");
}

TEST_CASE("explain tells which rule would win: of a new account, or of one as it stands") {
    control_fixture test{R"({"rules": [
        {"name": "once", "then": [{"error": "rate_limited"}], "end": "fall_through"},
        {"name": "rest", "then": {"deliver": true, "after": "2s"}}]})"};
    auto& world = test.host.world_of_key(std::string{key});
    const auto ask = [&](std::string_view who) {
        return json{test.get("/_mock/explain?phone=%2B84981234567", who).body};
    };
    CHECK(ask(key)["decided_by"].number() == 0);
    CHECK(ask(key)["decided_by"].number() == 0);  // to ask is to use up nothing
    const auto refused = world.send_otp({some_phone, some_code, 1}, test.host.now);
    CHECK(refused.has_error());
    CHECK(ask(key)["decided_by"].number() == 1);
    CHECK(ask(key)["reply"]["status"].number() == 202);
    CHECK(ask(key)["account"].text() == domain::masked_key(key));
    CHECK(ask({})["decided_by"].number() == 0);
    CHECK(ask({})["account"].is_null());
    for (const auto which : domain::all_buckets)
        world.set_bucket(which, {});
    CHECK(ask(key)["reply"]["status"].number() == 402);
    CHECK(world.deliveries().next_ordinal() == 0);
    CHECK(test.get("/_mock/explain").status == 400);
    CHECK(error_of(test.out) == "invalid_query");
    CHECK(test.get("/_mock/explain?phone=x&attempt=0").status == 400);
}

TEST_CASE("the guard stands before everything, unknown paths included") {
    control_fixture test{"{}", {.token = "s3cret", .host = {}}};
    for (const auto* path :
         {"/_mock/health", "/_mock/nothing", "/metrics", "/_mock/openapi.json"}) {
        CHECK(test.get(path).status == 401);
        CHECK(error_of(test.out) == "control_token_needed");
    }
    test.in.control_token = "s3cret";
    CHECK(test.get("/_mock/health").status == 200);
    test.in.origin = "http://evil.example";
    CHECK(test.get("/_mock/health").status == 403);
}

TEST_CASE("a wait ends with the code, with the reset, or with what came meanwhile") {
    control_fixture test;
    test.get("/_mock/otp/+84981234567?wait=10s&after=3", key);
    CHECK(test.host.waited_for.after == 3);
    CHECK(test.host.waited_for.longest == 10s);
    CHECK_FALSE(test.late.has_value());
    test.host.end_wait(wait_end::time_out);
    REQUIRE(test.late.has_value());
    CHECK(test.late->status == 404);
    CHECK(error_of(*test.late) == "no_code");
    CHECK(test.late->body.find("within 10s; meanwhile no send-otp call came") != std::string::npos);

    test.get("/_mock/otp/+84981234567?wait=10s", key);
    test.host.end_wait(wait_end::reset);
    CHECK(test.late->status == 409);
    CHECK(error_of(*test.late) == "reset");

    test.get("/_mock/otp/+84981234567?wait=10s", key);
    const auto ordinal = test.host.send(std::string{key});
    test.host.end_wait(wait_end::time_out);  // it came at the last moment
    CHECK(test.late->status == 200);
    CHECK(json{test.late->body}["code"].text() == some_code);
    CHECK(test.host.world_of_key(std::string{key}).view(ordinal)->code_read);
}

TEST_CASE("a code that a reset took away before it was told is answered as a reset") {
    control_fixture test;
    test.get("/_mock/otp/+84981234567?wait=10s", key);
    test.host.end_wait(wait_end::found);
    CHECK(test.late->status == 409);
}

TEST_CASE("a client that is gone ends its wait") {
    control_fixture test;
    test.get("/_mock/otp/+84981234567?wait=5m", key);
    REQUIRE(test.abandoned);
    test.abandoned();
    CHECK(test.late->status == 404);
}

TEST_CASE("a wait lasts five minutes at most, and says so") {
    control_fixture test;
    test.get("/_mock/otp/+84981234567?wait=1h", key);
    CHECK(test.host.waited_for.longest == 5min);
    test.host.end_wait(wait_end::time_out);
    CHECK(test.late->body.find("a wait lasts 5m at most") != std::string::npos);
    for (const std::string wrong : {"x", "10", "-1s", "1s..2s", "%31", "10 s"}) {
        CAPTURE(wrong);
        CHECK(test.get("/_mock/otp/+84981234567?wait=" + wrong, key).status == 400);
        CHECK(error_of(test.out) == "invalid_query");
    }
    CHECK(test.get("/_mock/otp/+84981234567?wait=0s", key).status == 404);
    CHECK(error_of(test.get("/_mock/otp/0981234567?wait=1s", key)) == "invalid_phone");
}

TEST_CASE("only a body that says how a delivery ends ends it") {
    control_fixture test;
    const auto ordinal = test.host.send(std::string{key});
    const auto path = "/_mock/deliveries/" +
                      test.host.world_of_key(std::string{key}).id_of(ordinal).text() + "/complete";
    for (const std::string wrong :
         {"", "[]", "{}", R"({"status":"sent"})", R"({"status":"failed"})", R"({"status":1})",
          R"({"status":"failed","error_code":""})", R"({"status":"failed","error_code":1})",
          R"({"status":"delivered","error_code":"busy"})",
          R"({"status":"failed","eror_code":"busy"})",
          R"({"status":"failed","error_code":"busy","carrier_status":1})"}) {
        CAPTURE(wrong);
        CHECK(test.post(path, wrong).status == 400);
        CHECK(error_of(test.out) == "invalid_body");
    }
    CHECK(test.post("/_mock/deliveries/nonsense/complete", R"({"status":"delivered"})").status ==
          404);
    CHECK(test.post(path, R"({"status":"delivered"})", "sk_live_other").status == 404);
    CHECK(test.post(path, R"({"status":"failed","error_code":"busy"})").status == 200);
    const auto made = json{test.out.body}["delivery"];
    CHECK(made["carrier_status"].text() == "user_busy");
    CHECK_FALSE(made["code_read"].is_true());
    CHECK(test.post(path, R"({"status":"delivered"})").status == 409);
}

TEST_CASE("attempts are sent again by their number, and the answer comes when they have ended") {
    control_fixture test{R"({"webhook": {"url": "http://a/", "secret": "s"},
        "rules": [{"then": {"deliver": true}}]})"};
    for (const std::string number : {"0", "1", "x", "-1", "1x", "18446744073709551616", "%31"}) {
        CAPTURE(number);
        CHECK(test.post("/_mock/webhooks/" + number + "/redeliver", "", key).status == 404);
    }
    test.post("/_mock/webhooks/ping", "", key);
    REQUIRE(test.host.attempt.has_value());
    CHECK_FALSE(test.late.has_value());
    auto& world = test.host.world_of_key(std::string{key});
    test.host.end_attempt(world.finish_extra(*test.host.attempt, {204, "", "", 3ms}, begin, 1));
    REQUIRE(test.late.has_value());
    const auto made = json{test.late->body}["attempt"];
    CHECK(made["status"].number() == 204);
    CHECK(made["account"].text() == domain::masked_key(key));

    test.post("/_mock/webhooks/1/redeliver", "", key);
    CHECK(test.host.attempt->kind == domain::attempt_kind::ping);
    test.host.end_attempt(std::nullopt);
    CHECK(test.late->status == 409);
    CHECK(error_of(*test.late) == "reset");
}

TEST_CASE("an account without a target has nothing to ping") {
    control_fixture test;
    CHECK(test.post("/_mock/webhooks/ping", "", key).status == 409);
    CHECK(error_of(test.out) == "no_target");
    CHECK(error_of(test.post("/_mock/webhooks/ping", "")) == "account_needed");
}

TEST_CASE("events are followed from now on, or from where somebody was") {
    control_fixture test;
    CHECK(test.get("/_mock/events").content_type == "text/event-stream");
    CHECK(test.host.followers == 1);
    CHECK_FALSE(test.host.last_seen.has_value());
    test.in.last_event_id = "17";
    test.get("/_mock/events");
    CHECK(test.host.last_seen == 17);
    test.call(method::head, "/_mock/events");
    CHECK(test.host.followers == 2);
    test.in.last_event_id = "seventeen";
    CHECK(test.get("/_mock/events").status == 400);
    CHECK(test.host.followers == 2);
}

TEST_CASE("filters that can't be are refused") {
    control_fixture test;
    for (const std::string target :
         {"deliveries?status=lost", "deliveries?phone=0981234567", "webhooks?outcome=maybe",
          "requests?endpoint=send", "requests?status=6xx", "requests?status=40x",
          "requests?status=x", "requests?status=4xxx", "verify?check=everything"}) {
        CAPTURE(target);
        CHECK(test.get("/_mock/" + target).status == 400);
        CHECK(error_of(test.out) == "invalid_query");
    }
}

TEST_CASE("a scenario takes as many rules from control calls as from its file") {
    control_fixture test;
    const std::string rule = R"({"name": "more", "then": {"deliver": true}})";
    domain::scenario grown{*test.host.scenario(control::scope::all())};
    grown.rules.resize(codec::most_rules - 1, grown.rules.front());
    test.host.replace_scenario(control::scope::all(),
                               std::make_shared<const domain::scenario>(grown));
    CHECK(test.post("/_mock/rules", rule).status == 200);
    CHECK(test.host.rules_put == std::vector<std::string>{"more"});
    grown.rules.push_back(grown.rules.front());
    test.host.replace_scenario(control::scope::all(),
                               std::make_shared<const domain::scenario>(grown));
    for (const auto of : {std::string_view{}, key}) {
        CHECK(test.post("/_mock/rules", rule, of).status == 400);
        CHECK(error_of(test.out) == "invalid_rule");
    }
    CHECK(test.host.rules_put.size() == 1);
}
