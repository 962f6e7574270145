#include <nexo_mock/control/verification.hpp>
#include <support/json.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;
using control::check;
using control::scope;
using control::verification;

namespace {

constexpr std::string_view rules = R"({"account_defaults": {"balance": 1000},
    "webhook": {"url": "http://a/", "secret": "s", "retry": []},
    "rules": [{"name": "busy", "when": {"code": "1*"}, "then": {"fail": "busy", "after": "1s"}},
              {"name": "limited", "when": {"code": "2*"}, "then": {"error": "rate_limited"}},
              {"name": "lost", "when": {"code": "3*"}, "then": {"fault": "close"}},
              {"name": "rest", "then": {"deliver": true, "after": "1s"}}]})";

std::uint64_t send(domain::world& to, std::string_view code) {
    return to.send_otp({some_phone, code, to.deliveries().next_ordinal() + 1}, begin)
        .value()
        .ordinal;
}

/// Time goes on, and each webhook that becomes due is answered so.
void advance(domain::world& of, int status) {
    domain::effects out;
    of.advance(begin + 1h, out);
    for (const auto& each : out) {
        const auto* due = std::get_if<domain::webhook_due>(&each);
        if (due == nullptr) continue;
        REQUIRE(of.begin_attempt(due->attempt) != nullptr);
        of.finish_attempt(due->attempt, {status, status == 0 ? "timeout" : "", "", {}}, begin + 1h,
                          1);
    }
    out.clear();
    of.advance(begin + 1h, out);
}

domain::call_record call(int status, std::string_view error, bool by_rule = false) {
    domain::call_record made;
    made.seq = 7;
    made.method = "POST";
    made.path = "/api/v1/send-otp";
    made.status = status;
    made.error = error;
    made.by_rule = by_rule;
    return made;
}

struct looked {
    json reply;
    bool is_clean;
};

looked look(domain::world& world, const std::string& checks, bool own = false,
            const scope& which = scope::of(some_key)) {
    verification found{*control::read_checks(checks), world.rules().rules()};
    found.look_at({world, begin, 0, {}, own}, which);
    if (which.is_all()) found.look_at_rules();
    std::string text;
    codec::json_writer writer{text};
    found.write(writer);
    return {json{text}, found.is_clean()};
}

std::vector<std::string> failures(const looked& of, const char* member) {
    std::vector<std::string> all;
    if (of.is_clean) return all;
    for (const auto& each : of.reply["failures"].items())
        all.push_back(each[member].text());
    return all;
}

}  // namespace

TEST_CASE("checks are named one by one, or all are meant") {
    CHECK(control::read_checks("")->size() == 4);
    CHECK(control::read_checks("codes") == std::vector{check::codes});
    CHECK(control::read_checks("rules,webhooks") == std::vector{check::rules, check::webhooks});
    for (const auto* bad : {"code", "codes,", ",codes", "codes,,rules", "codes rules", "Codes"})
        CHECK_FALSE(control::read_checks(bad).has_value());
}

TEST_CASE("an account that did nothing is clean, but for rules that never matched") {
    auto world = world_of(scenario_of(rules));
    const auto clean = look(world, "webhooks,codes,requests");
    CHECK(clean.is_clean);
    CHECK(clean.reply["ok"].is_true());
    CHECK(clean.reply["checked"].size() == 3);
    CHECK(look(world, "").is_clean);  // the rules are those of all
    const auto own = look(world, "rules", true);
    CHECK(failures(own, "rule") == std::vector<std::string>{"busy", "limited", "lost", "rest"});
    CHECK(own.reply["detail"].text() == "4 rules never matched");
}

TEST_CASE("a webhook counts until it is acknowledged, whatever it got") {
    for (const int status : {0, 500, 410, 302, 200}) {
        CAPTURE(status);
        auto world = world_of(scenario_of(rules));
        const auto ordinal = send(world, "9999");
        CHECK(look(world, "webhooks").is_clean);  // there is none yet
        advance(world, status);
        const auto found = look(world, "webhooks");
        CHECK(found.is_clean == (status == 200));
        if (found.is_clean) continue;
        const auto failure = found.reply["failures"].items().at(0);
        CHECK(failure["check"].text() == "webhooks");
        CHECK(failure["delivery"].text() == world.id_of(ordinal).text());
        CHECK(failure["account"].text() == domain::masked_key(some_key));
        CHECK(failure["detail"].text().find(status == 0 ? "timeout" : std::to_string(status)) !=
              std::string::npos);
    }
}

TEST_CASE("a code counts until somebody reads it, unless its call failed") {
    auto world = world_of(scenario_of(rules));
    const auto read = send(world, "9999");
    const auto unread = send(world, "9998");
    send(world, "1111");
    world.mark_read(read);
    CHECK(look(world, "codes").reply["failures_total"].number() == 2);  // one is not failed yet
    advance(world, 200);
    const auto found = look(world, "codes");
    CHECK(failures(found, "delivery") == std::vector<std::string>{world.id_of(unread).text()});
}

TEST_CASE("a refusal counts unless a rule wanted it") {
    auto world = world_of(scenario_of(rules));
    world.record(call(202, ""));
    world.record(call(429, "rate_limited", true));
    world.record(call(0, "", true));
    CHECK(look(world, "requests").is_clean);
    world.record(call(402, "insufficient_balance"));
    const auto found = look(world, "requests");
    REQUIRE(found.reply["failures_total"].number() == 1);
    const auto failure = found.reply["failures"].items().at(0);
    CHECK(failure["request"].number() == 7);
    CHECK(failure["detail"].text() ==
          "POST /api/v1/send-otp was refused with 402 insufficient_balance");
}

TEST_CASE("what never came to be a request is told as such") {
    domain::call_journal strangers{{}};
    auto no_http = call(400, "bad_request");
    no_http.method = "other";
    no_http.path = {};
    auto no_connection = no_http;
    no_connection.status = 0;
    no_connection.error = "tls_handshake";
    no_connection.why = "no trust";
    auto too_late = no_http;
    too_late.status = 408;
    too_late.error = "request_timeout";
    strangers.push(no_http);
    strangers.push(no_connection);
    strangers.push(too_late);
    verification found{*control::read_checks("requests"), nullptr};
    found.look_at(strangers);
    std::string text;
    codec::json_writer writer{text};
    found.write(writer);
    const auto failures = json{text}["failures"].items();
    REQUIRE(failures.size() == 3);
    CHECK(failures[0]["detail"].text() ==
          "what is no HTTP request was refused with 400 bad_request");
    CHECK(failures[1]["detail"].text() == "a connection failed with tls_handshake: no trust");
    CHECK(failures[2]["detail"].text() == "a request was refused with 408 request_timeout");
}

TEST_CASE("refusals of strangers belong to no account") {
    domain::call_journal strangers{{}};
    strangers.push(call(401, "unauthorized"));
    verification found{*control::read_checks("requests"), nullptr};
    found.look_at(strangers);
    CHECK_FALSE(found.is_clean());
    std::string text;
    codec::json_writer writer{text};
    found.write(writer);
    CHECK(json{text}["failures"].items().at(0)["account"].is_null());
    verification others{*control::read_checks("codes,webhooks,rules"), nullptr};
    others.look_at(strangers);
    CHECK(others.is_clean());
}

TEST_CASE("a rule of all has matched if it decided in any account") {
    const auto scenario = scenario_of(rules);
    auto first = world_of(scenario);
    auto second = world_of(scenario, 42, "sk_live_second");
    send(first, "1111");
    send(second, "9999");
    verification found{*control::read_checks("rules"), scenario};
    found.look_at({first, begin, 0, {}, false}, scope::all());
    found.look_at({second, begin, 1, {}, false}, scope::all());
    found.look_at_rules();
    std::string text;
    codec::json_writer writer{text};
    found.write(writer);
    const looked at{json{text}, found.is_clean()};
    CHECK(failures(at, "rule") == std::vector<std::string>{"limited", "lost"});
}

TEST_CASE("the list of failures is cut, their count is not") {
    auto world = world_of(scenario_of(rules), 42, some_key, {.journal = {.entries = 5'000}});
    for (int i = 0; i < 2'500; ++i)
        world.record(call(400, "invalid_phone"));
    const auto found = look(world, "requests");
    CHECK(found.reply["failures"].size() == verification::most_listed);
    CHECK(found.reply["failures_total"].number() == 2'500);
    CHECK(found.reply["detail"].text() == "2500 requests refused");
}
