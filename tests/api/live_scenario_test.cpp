#include <support/http.hpp>
#include <support/json.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr const char* start = R"({"name": "start", "account_defaults": {"balance": 1000},
    "rules": [{"name": "third", "when": {"every": 3}, "then": {"error": "rate_limited"}},
              {"name": "busy first", "then": [{"fail": "busy", "times": 2}, {"deliver": true}]}]})";

constexpr const char* no_route_first =
    R"({"name": "front", "when": {"phone": "+8490*"}, "then": {"error": "no_route"}})";

std::string named(const std::string& name, const std::string& rule = R"({"deliver": true})") {
    return R"({"name": ")" + name + R"(", "rules": [{"name": "the rule of )" + name +
           R"(", "then": )" + rule + "}]}";
}

/// How often each rule of the caller's scenario decided.
std::map<std::string, std::uint64_t> decided(client& user) {
    std::map<std::string, std::uint64_t> all;
    for (const auto& each : json{user.get("/_mock/scenario").body()}["rules"].items())
        all[each["name"].text()] += each["decided"].number();
    return all;
}

std::string scenario_name(client& user) {
    return json{user.get("/_mock/scenario").body()}["scenario"]["name"].text();
}
bool is_own(client& user) {
    return json{user.get("/_mock/scenario").body()}["own"].is_true();
}

}  // namespace

TEST_CASE("a rule that is put in front decides first, and the others go on counting") {
    server mock{options_for(start)};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    for (auto* each : {&user, &other}) {
        CHECK(each->send_otp(some_phone).result_int() == 202);  // busy
        CHECK(each->send_otp(some_phone).result_int() == 202);  // busy
    }
    CHECK(json_field(user.post("/_mock/rules", no_route_first).body(), "name") == "front");
    CHECK(is_own(user));
    CHECK_FALSE(is_own(other));
    CHECK(user.send_otp("+84901234567").result_int() == 422);
    CHECK(other.send_otp("+84901234567").result_int() == 429);  // its third
    CHECK(user.send_otp(some_phone).result_int() == 429);       // its third that gets there
    CHECK(decided(user) ==
          std::map<std::string, std::uint64_t>{{"front", 1}, {"third", 1}, {"busy first", 2}});

    all.post(
        "/_mock/rules",
        R"({"name": "of all", "when": {"code": "0000"}, "then": {"error": "internal_error"}})");
    for (auto* each : {&user, &other})
        CHECK(each->send_otp(some_phone, "0000").result_int() == 500);
    CHECK(decided(user) == std::map<std::string, std::uint64_t>{
                               {"of all", 1}, {"front", 1}, {"third", 1}, {"busy first", 2}});
    CHECK(decided(other) ==
          std::map<std::string, std::uint64_t>{{"of all", 1}, {"third", 1}, {"busy first", 2}});
    CHECK(user.send_otp(some_phone).result_int() == 202);
    user.advance(R"({"to":"idle"})");
    CHECK(json{user.get("/_mock/deliveries?status=delivered").body()}["deliveries"].size() == 1);
    CHECK(json{user.get("/_mock/deliveries?status=failed").body()}["deliveries"].size() == 2);

    client late{mock.port(), "sk_live_c"};
    CHECK(late.send_otp(some_phone, "0000").result_int() == 500);
    CHECK(late.send_otp("+84901234567").result_int() == 202);
}

TEST_CASE("an account's own scenario outlives that of all only if that is reloaded") {
    server mock{options_for(start)};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    other.get("/api/v1/balance");
    CHECK(user.put("/_mock/scenario", named("own")).result_int() == 200);
    CHECK(scenario_name(user) == "own");
    CHECK(scenario_name(other) == "start");
    CHECK(scenario_name(all) == "start");

    mock.replace_scenario(scenario_of(named("reloaded")));
    CHECK(scenario_name(user) == "own");
    CHECK(scenario_name(other) == "reloaded");

    CHECK(json_field(user.remove("/_mock/scenario").body(), "name") == "reloaded");
    CHECK_FALSE(is_own(user));
    user.put("/_mock/scenario", named("own"));
    CHECK(all.put("/_mock/scenario", named("replaced")).result_int() == 200);
    CHECK(scenario_name(user) == "replaced");
    CHECK_FALSE(is_own(user));

    user.put("/_mock/scenario", named("own"));
    CHECK(json_field(all.remove("/_mock/scenario").body(), "name") == "reloaded");
    CHECK(scenario_name(user) == "reloaded");
    user.put("/_mock/scenario", named("own"));
    user.post("/_mock/reset", "");
    CHECK(scenario_name(user) == "reloaded");
    CHECK_FALSE(is_own(user));
}

TEST_CASE("a scenario or rule that is wrong changes nothing") {
    server mock{options_for(start)};
    client user{mock.port(), "sk_live_a"};
    client all{mock.port(), ""};
    for (auto* each : {&user, &all}) {
        for (const std::string bad :
             {"", "{", "[]", R"({"name": 1})", R"({"rules": [{"then": {}}]})"}) {
            CAPTURE(bad);
            const auto reply = each->put("/_mock/scenario", bad);
            CHECK(reply.result_int() == 400);
            CHECK(json_field(reply.body(), "error") == "invalid_scenario");
        }
        for (const std::string bad :
             {"", "{", "[]", "{}", R"({"then": {"fail": 1}})", R"({"thn": {"deliver": true}})"}) {
            CAPTURE(bad);
            const auto reply = each->post("/_mock/rules", bad);
            CHECK(reply.result_int() == 400);
            CHECK(json_field(reply.body(), "error") == "invalid_rule");
        }
        CHECK(scenario_name(*each) == "start");
        CHECK(decided(*each).size() == 2);
    }
}

TEST_CASE("scenarios come and go while requests run, and every request is under one of them") {
    auto options = options_for(named("start", R"({"deliver": true, "after": "1h"})"), "real");
    options.threads = 4;
    server mock{options};
    std::atomic<bool> ends = false;
    std::atomic<int> strange = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            client user{mock.port(), "sk_live_" + std::to_string(t)};
            for (int i = 0; !ends; ++i) {
                const auto status =
                    user.send_otp(i % 2 == 0 ? "+84901234567" : "+84981234567").result_int();
                strange += status != 202 && status != 422 && status != 429 && status != 402;
            }
        });
    }
    for (int t = 0; t < 2; ++t) {  // two of them change their own
        threads.emplace_back([&, t] {
            client user{mock.port(), "sk_live_" + std::to_string(t)};
            while (!ends) {
                strange += user.post("/_mock/rules", no_route_first).result_int() != 200;
                strange += user.get("/_mock/scenario").result_int() != 200;
                strange += user.put("/_mock/scenario", named("own")).result_int() != 200;
                strange += user.remove("/_mock/scenario").result_int() != 200;
            }
        });
    }
    client all{mock.port(), ""};
    for (int i = 0; i < 40; ++i) {
        CHECK(all.post("/_mock/rules", no_route_first).result_int() == 200);
        CHECK(all.get("/_mock/scenario").result_int() == 200);
        CHECK(all.get("/_mock/verify?check=rules").result_int() != 500);
        CHECK(all.put("/_mock/scenario", named("of all", R"({"error": "rate_limited"})"))
                  .result_int() == 200);
        mock.replace_scenario(scenario_of(named("reloaded")));
        CHECK(all.remove("/_mock/scenario").result_int() == 200);
        CHECK(all.post("/_mock/reset", "").result_int() == 200);
    }
    ends = true;
    for (auto& each : threads)
        each.join();
    CHECK(strange == 0);
    all.put("/_mock/scenario", named("last", R"({"error": "rate_limited"})"));
    for (int t = 0; t < 4; ++t) {
        client user{mock.port(), "sk_live_" + std::to_string(t)};
        CHECK(scenario_name(user) == "last");
        CHECK_FALSE(is_own(user));
        CHECK(user.send_otp(some_phone).result_int() == 429);
    }
}

TEST_CASE("counters of the rules stay right while rules are put in front of them") {
    auto options = options_for(R"({"account_defaults": {"balance": 100000}, "rules": [
        {"name": "tenth", "when": {"every": 10}, "then": {"error": "rate_limited"}},
        {"name": "rest", "then": {"pending": true}}]})",
                               "real");
    options.threads = 4;
    server mock{options};
    constexpr int sends = 400;
    std::atomic<int> limited = 0;
    std::thread sending{[&] {
        client user{mock.port(), "sk_live_a"};
        for (int i = 0; i < sends; ++i)
            limited += user.send_otp(some_phone).result_int() == 429;
    }};
    client user{mock.port(), "sk_live_a"};
    client all{mock.port(), ""};
    constexpr int puts = 100;
    for (int i = 0; i < puts; ++i)
        (i % 2 == 0 ? user : all).post("/_mock/rules", no_route_first);
    sending.join();
    CHECK(limited == sends / 10);
    CHECK(decided(user) == std::map<std::string, std::uint64_t>{
                               {"front", 0}, {"tenth", sends / 10}, {"rest", sends - sends / 10}});
    CHECK(json{user.get("/_mock/scenario").body()}["rules"].size() == puts + 2);
    CHECK(json{all.get("/_mock/scenario").body()}["rules"].size() == puts / 2 + 2);
}
