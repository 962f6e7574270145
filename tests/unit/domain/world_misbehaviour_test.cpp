#include <support/timeline.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace nexo_mock::domain;
using namespace nexo_mock::domain::literals;
using namespace support;
using enum delivery_status;

namespace {

constexpr std::string_view mobifone_phone = "+84901234567";

/// A scenario of one step, told to a receiver, with more of the scenario if need be.
std::string told(std::string_view step, std::string_view more = "") {
    return R"({"webhook": {"url": "http://localhost/", "secret": "s"}, )" + std::string{more} +
           R"("account_defaults": {"balance": 100, "free_credit": 0}, "rules": [{"then": )" +
           std::string{step} + "}]}";
}

/// The same, told to nobody, and with five free sends.
std::string rules_text(std::string_view step) {
    return R"({"rules": [{"then": )" + std::string{step} + "}]}";
}

outcome_of<send_accepted> send(world& of, std::string_view phone = some_phone,
                               time_point now = begin) {
    return of.send_otp({phone, some_code, 1}, now);
}

/// "" if it was accepted.
std::string error_of(const outcome_of<send_accepted>& reply) {
    return reply ? std::string{} : std::string{name(reply.error().error)};
}

/// Runs all that is due for a day, each webhook acknowledged at once: the moments of the attempts.
std::vector<duration> webhook_times(world& of) {
    std::vector<duration> times;
    effects out;
    while (of.advance_one(begin + 24h, out)) {
        for (const auto& each : out) {
            const auto* due = std::get_if<webhook_due>(&each);
            if (due == nullptr) continue;
            times.push_back(due->at - begin);
            REQUIRE(of.begin_attempt(due->attempt) != nullptr);
            of.finish_attempt(due->attempt, {200, "", "", {}}, due->at);
        }
        out.clear();
    }
    return times;
}

void run_to(world& of, duration after) {
    effects out;
    of.advance(begin + after, out);
}

}  // namespace

// --- ported numbers

TEST_CASE("a ported number has the price and the name of its new carrier") {
    auto of =
        world_of(scenario_of(told(R"({"deliver": true, "after": "2s", "carrier": "mobifone"})",
                                  R"("api": {"price": {"default": 0.022, "mobifone": 0.030}}, )")));
    const auto reply = send(of);
    REQUIRE(reply.has_value());
    CHECK(reply->carrier == carrier::mobifone);
    CHECK(reply->cost == 30000_micros);
    CHECK(of.view(0)->carrier == carrier::mobifone);
    CHECK(webhook_times(of).size() == 1);
    CHECK(of.webhooks_of(0)->front().event.carrier == carrier::mobifone);
    CHECK(of.wallet().charged() == 30000_micros);
}

TEST_CASE("a number ported to a carrier without a route has none, and the rule keeps its turn") {
    auto of = world_of(scenario_of(
        R"({"api": {"no_route": ["mobifone"]}, "rules": [
            {"when": {"phone": "+84981234567"},
             "then": [{"deliver": true, "carrier": "mobifone", "set_state": "used"},
                      {"deliver": true}]}]})"));
    for (int i = 0; i < 3; ++i)
        CHECK(error_of(send(of)) == "no_route");
    CHECK(of.state(begin) == "start");
    CHECK(of.wallet().total() == 110000_micros);
    CHECK(of.counts().refused == 3);
}

TEST_CASE("a number ported away from a carrier without a route has one") {
    auto of = world_of(scenario_of(
        R"({"api": {"no_route": ["mobifone"]}, "rules": [
            {"when": {"phone": "+84901234567"},
             "then": {"deliver": true, "carrier": "viettel"}}]})"));
    CHECK(error_of(send(of, mobifone_phone)).empty());
    CHECK(error_of(send(of, "+84901234568")) == "no_route");
}

TEST_CASE("rules see the carrier of the prefix when a number is sent to, and the new one after") {
    auto of = world_of(scenario_of(
        R"({"rules": [
            {"when": {"carrier": "viettel"}, "then": {"deliver": true, "carrier": "gmobile"}},
            {"when": {"endpoint": "deliveries", "carrier": "viettel"},
             "then": {"error": "internal_error"}},
            {"when": {"endpoint": "deliveries", "carrier": "gmobile"},
             "then": {"error": "rate_limited"}}]})"));
    CHECK(send(of)->carrier == carrier::gmobile);
    CHECK(send(of)->carrier == carrier::gmobile);
    const auto reply = of.delivery(of.id_of(0).text(), begin);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().error == api_error::rate_limited);
}

TEST_CASE("a reply that suffers can be that of a ported number") {
    auto of = world_of(rules_of(R"({"then": {"fault": "truncate", "carrier": "itel"}})"));
    CHECK(send(of)->carrier == carrier::itel);
}

// --- costs

TEST_CASE("a send may cost something else, or nothing") {
    timeline()
        .at(2s, delivered)
        .charge(50000_micros)
        .check(rules_text(R"({"deliver": true, "after": "2s", "cost": 0.05})"));
    timeline()
        .at(2s, failed)
        .refund(50000_micros)
        .check(rules_text(R"({"fail": "busy", "after": "2s", "cost": 0.05})"));
    timeline().hold(50000_micros).check(rules_text(R"({"pending": true, "cost": 0.05})"));
    timeline()
        .at(2s, delivered)
        .charge(0_micros)
        .check(rules_text(R"({"deliver": true, "after": "2s", "cost": 0})"));
    timeline()
        .at(2s, failed)
        .refund(0_micros)
        .check(rules_text(R"({"fail": "busy", "after": "2s", "cost": 0})"));
}

TEST_CASE("a cost of nothing needs no money, and one above all there is finds none") {
    auto of = world_of(scenario_of(
        R"({"account_defaults": {"free_credit": 0}, "rules": [
            {"when": {"phone": "+84981234567"}, "then": {"deliver": true, "cost": 0}},
            {"then": {"deliver": true}}]})"));
    CHECK(error_of(send(of)).empty());
    CHECK(error_of(send(of, mobifone_phone)) == "insufficient_balance");
    auto dear = world_of(rules_of(R"({"then": {"deliver": true, "cost": 0.110001}})"));
    CHECK(error_of(send(dear)) == "insufficient_balance");
    CHECK(dear.wallet().total() == 110000_micros);
    CHECK(dear.wallet().held().is_zero());
}

TEST_CASE("a cost goes before the price of the carrier, ported or not") {
    auto of =
        world_of(scenario_of(told(R"({"deliver": true, "carrier": "mobifone", "cost": 0.001})",
                                  R"("api": {"price": {"default": 0.022, "mobifone": 0.030}}, )")));
    CHECK(send(of)->cost == 1000_micros);
}

TEST_CASE("what stands beside a choice counts for the steps that do not say it themselves") {
    auto of = world_of(scenario_of(told(
        R"({"cost": 0.05, "carrier": "itel",
            "one_of": [{"deliver": true, "cost": 0.01}, {"deliver": true, "carrier": "reddi"}]})")));
    std::set<std::pair<std::int64_t, carrier>> seen;
    for (int i = 0; i < 40; ++i) {
        const auto reply = send(of);
        REQUIRE(reply.has_value());
        seen.insert({reply->cost.micros(), reply->carrier});
    }
    CHECK(seen == std::set<std::pair<std::int64_t, carrier>>{{10000, carrier::itel},
                                                             {50000, carrier::reddi}});
}

// --- webhooks

TEST_CASE("without copies nothing is told, and the delivery is whole all the same") {
    timeline()
        .at(5s, delivered)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"copies": 0}})"));
    timeline()
        .at(5s, failed)
        .refund(22000_micros)
        .check(told(R"({"fail": "busy", "after": "5s", "webhook": {"copies": 0}})"));
}

TEST_CASE("a delivery without copies can be evicted like any other") {
    auto of = world_of(scenario_of(told(R"({"deliver": true, "webhook": {"copies": 0}})")), 42,
                       some_key, {1, 10});
    for (int i = 0; i < 3; ++i) {
        send(of);
        run_to(of, 0s);
    }
    CHECK(of.deliveries().size() == 1);
    CHECK(of.counts().evicted == 2);
}

TEST_CASE("copies are told one after another, each tried until it is acknowledged") {
    timeline()
        .at(5s, delivered)
        .webhook(5s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"copies": 1}})"));
    timeline()
        .at(5s, delivered)
        .webhook(5s, 200)
        .webhook(5s, 200)
        .webhook(5s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"copies": 3}})"));
    timeline()
        .at(5s, delivered)
        .webhook(5s, 500)
        .webhook(10s, 0)
        .webhook(40s, 200)
        .webhook(40s, 410)
        .webhook(40s, 503)
        .webhook(45s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"copies": 3}})"));
}

TEST_CASE("copies of several events keep the order of the events") {
    timeline()
        .at(2s, failed)
        .at(3s, delivered)
        .webhook(2s, 500)
        .webhook(7s, 200)
        .webhook(7s, 200)
        .webhook(7s, 200)
        .webhook(7s, 200)
        .refund(22000_micros)
        .check(told(R"({"timeline": [{"after": "2s", "status": "failed", "error_code": "busy"},
                                     {"after": "3s", "status": "delivered"}],
                        "webhook": {"copies": 2}})"));
    auto of = world_of(
        scenario_of(told(R"({"timeline": [{"after": "2s", "status": "failed", "error_code": "busy"},
                              {"after": "3s", "status": "delivered"}],
                 "webhook": {"copies": 2, "signature": "missing"}})")));
    send(of);
    CHECK(webhook_times(of).size() == 4);
    std::vector<std::string> statuses;
    for (const auto& each : *of.webhooks_of(0)) {
        statuses.emplace_back(name(each.event.outcome.status));
        CHECK(each.event.signature == signature_kind::missing);
    }
    CHECK(statuses == std::vector<std::string>{"failed", "failed", "delivered", "delivered"});
}

TEST_CASE("a delay stands between the event and the first attempt, and retries count from there") {
    timeline()
        .at(5s, delivered)
        .webhook(35s, 500)
        .webhook(40s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"delay": "30s"}})"));
    timeline()
        .at(5s, delivered)
        .webhook(5s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s", "webhook": {"delay": "0s"}})"));
}

TEST_CASE("a delayed event waits for its own moment and for those before it, whichever is later") {
    const auto late =
        told(R"({"timeline": [{"after": "2s", "status": "failed", "error_code": "busy"},
                                            {"after": "5s", "status": "delivered"}],
                               "webhook": {"delay": "30s"}})");
    timeline().webhook(32s, 200).webhook(35s, 200).check(late);
    timeline().webhook(32s, 500).webhook(37s, 200).webhook(37s, 200).check(late);
}

TEST_CASE("delays are drawn for each delivery, event and copy, the same however time is split") {
    for (const std::string_view delay : {R"("10s..90s")", R"({"median": "30s", "sigma": 0.4})"}) {
        CAPTURE(delay);
        const auto scenario = scenario_of(told(
            R"({"deliver": true, "webhook": {"copies": 3, "delay": )" + std::string{delay} + "}}"));
        const auto times = [&](std::uint64_t seed) {
            auto of = world_of(scenario, seed);
            for (int i = 0; i < 10; ++i)
                send(of);
            return webhook_times(of);
        };
        const auto once = times(42);
        CHECK(once.size() == 30);
        CHECK(once == times(42));
        CHECK(once != times(43));
        CHECK(std::set<duration>{once.begin(), once.end()}.size() > 10);

        auto of = world_of(scenario);
        for (int i = 0; i < 10; ++i)
            send(of);
        run_to(of, 0s);
        for (std::uint64_t i = 0; i < 10; ++i) {
            for (const auto& each : *of.webhooks_of(i)) {
                CHECK(each.not_before >= begin);
                if (delay.starts_with('"')) {
                    CHECK(each.not_before >= begin + 10s);
                    CHECK(each.not_before <= begin + 90s);
                }
            }
        }
    }
}

TEST_CASE("waits between attempts and their time-outs may be drawn, the same each time") {
    const auto scenario = scenario_of(
        R"({"webhook": {"url": "http://localhost/", "secret": "s", "timeout": "1s..9s",
                        "retry": ["5s..50s", {"median": "1m", "sigma": 0.4}]},
            "rules": [{"then": {"deliver": true}}]})");
    const auto history = [&](std::uint64_t seed) {
        auto of = world_of(scenario, seed);
        send(of);
        std::vector<duration> seen;
        effects out;
        while (of.advance_one(begin + 24h, out)) {
            for (const auto& each : out) {
                const auto* due = std::get_if<webhook_due>(&each);
                if (due == nullptr) continue;
                REQUIRE(of.begin_attempt(due->attempt) != nullptr);
                const auto timeout = of.timeout_of(due->attempt);
                CHECK(timeout >= 1s);
                CHECK(timeout <= 9s);
                CHECK(timeout == of.timeout_of(due->attempt));
                seen.push_back(timeout);
                seen.push_back(due->at - begin);
                of.finish_attempt(due->attempt, {0, "timeout", "", {}}, due->at);
            }
            out.clear();
        }
        return seen;
    };
    const auto once = history(42);
    REQUIRE(once.size() == 6);
    CHECK(once[3] >= 5s);
    CHECK(once[3] <= 50s);
    CHECK(once[5] > once[3]);
    CHECK(std::set<duration>{once[0], once[2], once[4]}.size() == 3);
    CHECK(once == history(42));
    CHECK(once != history(43));
}

TEST_CASE("a reply waits for its webhook only where there is a target") {
    const std::string step = R"({"deliver": true, "webhook": {"before_reply": true}})";
    auto of = world_of(scenario_of(told(step)));
    const auto reply = send(of);
    REQUIRE(reply.has_value());
    CHECK(reply->manner.after_webhook);
    CHECK(reply->manner.goes_out_plainly());
    CHECK(reply->ordinal == 0);
    CHECK(reply->rule == "rule 1");
    auto untold = world_of(rules_of(R"({"then": )" + step + "}"));
    CHECK(send(untold)->manner == reply_manner{});
    CHECK(send(untold)->rule.empty());
}

TEST_CASE("only the reply to a send waits for a webhook, whatever else the rule decides") {
    auto of = world_of(scenario_of(
        R"({"webhook": {"url": "http://localhost/", "secret": "s"},
            "rules": [{"when": {"endpoint": "any"},
                       "then": {"deliver": true, "webhook": {"before_reply": true}}}]})"));
    const auto sent = send(of);
    REQUIRE(sent.has_value());
    CHECK(sent->manner.after_webhook);
    const auto balance = of.balance(begin);
    REQUIRE(balance.has_value());
    CHECK(balance->manner == reply_manner{});
    CHECK(balance->rule.empty());
    const auto seen = of.delivery(sent->id.text(), begin);
    REQUIRE(seen.has_value());
    CHECK(seen->manner == reply_manner{});
}

// --- faults and latency

TEST_CASE("a lost call is counted as lost, uses its step and leaves nothing else") {
    for (const std::string_view kind : {"reset", "close", "hang", "garbage"}) {
        CAPTURE(kind);
        auto of = world_of(rules_of(R"({"then": [{"set_state": "seen", "fault": ")" +
                                    std::string{kind} + R"("}, {"deliver": true}]})"));
        const auto lost = send(of);
        REQUIRE_FALSE(lost.has_value());
        CHECK(lost.error().is_lost());
        REQUIRE(lost.error().manner.fault.has_value());
        CHECK(name(lost.error().manner.fault->kind) == kind);
        CHECK(of.counts().lost == 1);
        CHECK(of.counts().accepted == 0);
        CHECK(of.counts().refused == 0);
        CHECK(of.deliveries().size() == 0);
        CHECK(of.wallet().total() == 110000_micros);
        CHECK_FALSE(of.next_due().has_value());
        CHECK(of.state(begin) == "seen");
        CHECK(send(of)->id == of.id_of(0));
    }
}

TEST_CASE("a fault of the reply leaves a send as no rule would") {
    for (const std::string_view kind : {"truncate", "slow"}) {
        CAPTURE(kind);
        auto of = world_of(rules_of(R"({"then": {"fault": ")" + std::string{kind} + R"("}})"));
        const auto reply = send(of);
        REQUIRE(reply.has_value());
        CHECK(name(reply->manner.fault->kind) == kind);
        run_to(of, 25s - 1us);
        CHECK(of.view(0)->outcome.status == sent);
        run_to(of, 60s);
        CHECK(of.view(0)->outcome.status == delivered);
        CHECK(of.wallet().charged() == 22000_micros);
    }
}

TEST_CASE("beside a course any fault leaves the course as it is") {
    for (const auto kind : all_fault_kinds) {
        CAPTURE(name(kind));
        const auto fault = R"(, "fault": ")" + std::string{name(kind)} + R"("})";
        timeline()
            .at(0s, sent)
            .at(5s, delivered)
            .webhook(5s, 200)
            .charge(22000_micros)
            .check(told(R"({"deliver": true, "after": "5s")" + fault));
        auto of = world_of(rules_of(R"({"then": {"pending": true)" + fault + "}"));
        CHECK(send(of)->manner.fault->kind == kind);
        CHECK(of.counts().lost == 0);
        auto refused = world_of(rules_of(R"({"then": {"error": "rate_limited")" + fault + "}"));
        const auto reply = send(refused);
        REQUIRE_FALSE(reply.has_value());
        CHECK_FALSE(reply.error().is_lost());
        CHECK(reply.error().manner.fault->kind == kind);
        CHECK(refused.counts().refused == 1);
    }
}

TEST_CASE("balance and deliveries, known or not, suffer too") {
    auto of =
        world_of(rules_of(R"({"when": {"endpoint": "any"}, "then": {"deliver": true, "after": "5s",
                                                           "fault": "truncate", "latency": "1s"}})"));
    send(of);
    const auto balance = of.balance(begin);
    REQUIRE(balance.has_value());
    CHECK(balance->manner == reply_manner{1s, drawn_fault{fault_kind::truncate, {}}, false});
    const auto known = of.delivery(of.id_of(0).text(), begin);
    REQUIRE(known.has_value());
    CHECK(known->manner == balance->manner);
    const auto unknown = of.delivery("nothing", begin);
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().error == api_error::not_found);
    CHECK(unknown.error().manner == balance->manner);
}

TEST_CASE(
    "the reply to a send that is refused after all suffers as any other, and nothing is used up") {
    auto of = world_of(
        rules_of(R"({"then": [{"deliver": true, "cost": 1, "fault": "reset", "latency": "1s"},
                              {"deliver": true, "cost": 0}]})"));
    for (int i = 0; i < 2; ++i) {
        const auto reply = send(of);
        REQUIRE_FALSE(reply.has_value());
        CHECK(reply.error().error == api_error::insufficient_balance);
        CHECK(reply.error().manner == reply_manner{1s, drawn_fault{fault_kind::reset, {}}, false});
        CHECK_FALSE(reply.error().is_lost());
    }
}

TEST_CASE("latencies and faults are drawn, the same each time, and within their bounds") {
    const auto scenario = scenario_of(told(
        R"({"deliver": true, "latency": "100ms..900ms",
            "fault": {"kind": "hang", "for": {"median": "9m", "sigma": 3}}})"));
    const auto manners = [&](std::uint64_t seed) {
        auto of = world_of(scenario, seed);
        std::vector<reply_manner> drawn;
        for (int i = 0; i < 50; ++i)
            drawn.push_back(send(of)->manner);
        return drawn;
    };
    const auto once = manners(42);
    CHECK(once == manners(42));
    CHECK(once != manners(43));
    std::set<duration> latencies;
    bool is_cut = false;
    for (const auto& each : once) {
        latencies.insert(each.latency);
        CHECK(each.latency >= 100ms);
        CHECK(each.latency <= 900ms);
        CHECK(each.fault->lasts <= longest_hold);
        is_cut = is_cut || each.fault->lasts == longest_hold;
    }
    CHECK(latencies.size() > 40);
    CHECK(is_cut);
}

TEST_CASE("what happens to a reply changes nothing of what happens to the delivery") {
    const auto times = [](const std::string& beside) {
        auto of =
            world_of(scenario_of(told(R"({"deliver": true, "after": "25s..60s")" + beside + "}")));
        for (int i = 0; i < 20; ++i)
            send(of);
        return webhook_times(of);
    };
    const auto plain = times("");
    CHECK(plain == times(R"(, "latency": "100ms..900ms")"));
    CHECK(plain == times(R"(, "fault": {"kind": "slow", "for": "1s..9s"})"));
    CHECK(plain == times(R"(, "webhook": {"signature": "missing"})"));
}

TEST_CASE("a latency of nothing is no manner at all") {
    auto of = world_of(rules_of(R"({"then": {"deliver": true, "latency": "0s"}})"));
    CHECK(send(of)->manner == reply_manner{});
}

// --- another scenario

TEST_CASE("rules begin anew under another scenario, and nothing else does") {
    const auto scenario = scenario_of(
        R"({"rules": [{"when": {"every": 2}, "then": {"error": "rate_limited"}},
                      {"then": [{"fail": "busy", "after": "5s", "set_state": "moved"},
                                {"deliver": true, "after": "5s"}]}]})");
    auto of = world_of(scenario);
    auto untouched = world_of(scenario);
    CHECK(error_of(send(of)).empty());
    send(untouched);
    CHECK(of.state(begin) == "moved");
    const auto due = of.next_due();

    of.adopt(scenario_of(
        R"({"rules": [{"when": {"every": 2}, "then": {"error": "internal_error"}},
                      {"then": [{"fail": "voicemail", "after": "7s"}, {"deliver": true}]}]})"));
    CHECK(of.state(begin) == "start");
    CHECK(of.wallet().total() == 88000_micros);
    CHECK(of.wallet().held() == 22000_micros);
    CHECK(of.counts().accepted == 1);
    CHECK(of.began() == begin);
    CHECK(of.next_due() == due);
    const auto next = send(of);  // `every` counts from one again, and so do the steps
    REQUIRE(next.has_value());
    CHECK(next->id == untouched.id_of(1));
    CHECK(next->ordinal == 1);
    CHECK(error_of(send(of)) == "internal_error");

    run_to(of, 1h);
    CHECK(of.view(0)->outcome.error_code == "busy");
    CHECK(of.view(0)->completed == begin + 5s);
    CHECK(of.view(0)->rule == "rule 2");
    CHECK(of.view(1)->outcome.error_code == "voicemail");
    CHECK(of.wallet().total() == 110000_micros);
}

TEST_CASE("what was accepted is refunded as it was when it was accepted") {
    const auto refunding = [](bool does) {
        return scenario_of(R"({"api": {"refund_failed": )" + std::string{does ? "true" : "false"} +
                           R"(}, "rules": [{"then": {"fail": "busy", "after": "5s"}}]})");
    };
    auto kind = world_of(refunding(true));
    send(kind);
    kind.adopt(refunding(false));
    send(kind);
    run_to(kind, 1h);
    CHECK(kind.view(0)->cost.is_zero());
    CHECK(kind.view(1)->cost == 22000_micros);
    CHECK(kind.wallet().total() == 88000_micros);

    auto strict = world_of(refunding(false));
    send(strict);
    strict.adopt(refunding(true));
    send(strict);
    run_to(strict, 1h);
    CHECK(strict.view(0)->cost == 22000_micros);
    CHECK(strict.view(1)->cost.is_zero());
    CHECK(strict.wallet().total() == 88000_micros);
}

TEST_CASE("what was accepted keeps its price, its carrier and the manner of its webhooks") {
    auto of = world_of(scenario_of(
        told(R"({"timeline": [{"after": "5s..9s", "status": "failed", "error_code": "busy"},
                              {"after": "20s", "status": "delivered"}],
                 "carrier": "itel", "cost": 0.05,
                 "webhook": {"copies": 2, "delay": "1m", "signature": "tampered"}})")));
    send(of);
    run_to(of, 10s);
    // Nobody else holds the first scenario, so that what is left of it is what the world keeps.
    of.adopt(scenario_of(told(R"({"deliver": true})")));
    of.adopt(scenario_of(told(R"({"pending": true})")));
    webhook_times(of);
    const auto* events = of.webhooks_of(0);
    REQUIRE(events != nullptr);
    REQUIRE(events->size() == 4);
    for (const auto& each : *events) {
        CHECK(each.event.signature == signature_kind::tampered);
        CHECK(each.event.carrier == carrier::itel);
    }
    CHECK(events->back().not_before == begin + 80s);
    CHECK(of.view(0)->drawn.total() == 50000_micros);
    CHECK(of.view(0)->outcome.status == delivered);
}

TEST_CASE("settings of the account and of webhooks are those of the new scenario") {
    auto of = world_of(scenario_of(told(R"({"deliver": true, "after": "5s"})")));
    send(of);
    of.adopt(scenario_of(
        R"({"api": {"price": 0.001}, "webhook": {"url": "http://other/", "secret": "t", "retry": []},
            "accounts": [{"key": "sk_live_test", "revoked": true, "balance": 5}]})"));
    CHECK(of.account().revoked);
    CHECK(of.wallet().total() == 99'978'000_micros);
    run_to(of, 5s);
    const auto* events = of.webhooks_of(0);
    REQUIRE(events != nullptr);
    CHECK(events->front().target->url == "http://other/");
    CHECK(send(of)->cost == 1000_micros);
    REQUIRE(of.begin_attempt({0, 0, 1}) != nullptr);
    of.finish_attempt({0, 0, 1}, {500, "", "", {}}, begin + 5s);
    CHECK(of.webhook_counts().given_up == 1);
}

TEST_CASE("counts for each phone begin anew as well") {
    const auto scenario = scenario_of(
        R"({"rules": [{"per": "phone", "end": "fall_through", "then": {"fail": "busy"}},
                      {"then": {"deliver": true}}]})");
    auto of = world_of(scenario);
    send(of);
    send(of);
    of.adopt(scenario);
    send(of);
    run_to(of, 1s);
    CHECK(of.view(0)->outcome.status == failed);
    CHECK(of.view(1)->outcome.status == delivered);
    CHECK(of.view(2)->outcome.status == failed);
}
