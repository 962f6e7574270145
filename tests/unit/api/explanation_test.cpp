#include <nexo_mock/api/explanation.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock;
using namespace std::chrono_literals;

namespace {

api::send_question question(std::uint32_t attempt = 1) {
    api::send_question asked;
    asked.key = support::some_key;
    asked.phone = support::some_phone;
    asked.code = support::some_code;
    asked.attempt = attempt;
    asked.seed = 42;
    return asked;
}

const auto busy_twice = R"({
    "webhook": {"url": "http://localhost/", "secret": "s", "retry": ["5s", "30s"]},
    "rules": [{"when": {"code": "0000"}, "then": {"pending": true}},
              {"then": [{"fail": "busy", "after": "5s", "times": 2},
                        {"deliver": true, "after": "12s", "latency": "1s"}]},
              {"then": {"pending": true}}]})";

}  // namespace

TEST_CASE("the rules that were tried are told in order, up to the one that decides") {
    const auto told = api::explain(support::scenario_of(busy_twice), question());
    REQUIRE(told.trials.size() == 2);
    CHECK(told.trials[0].outcome == domain::verdict::other_code);
    CHECK(told.trials[1].outcome == domain::verdict::decides);
    CHECK(told.trials[1].used == 0);
}

TEST_CASE("earlier attempts count, for the rules and for the wallet") {
    const auto scenario = support::scenario_of(busy_twice);
    const auto third = api::explain(scenario, question(3));
    CHECK(third.trials.back().used == 2);
    CHECK(third.reply.status == 202);
    CHECK(third.reply.manner.latency == 1s);
    REQUIRE(third.course.size() == 2);
    CHECK(third.course[0].at == 12s);
    CHECK(third.course[0].outcome.status == domain::delivery_status::delivered);
    const auto sixth = api::explain(scenario, question(6));
    CHECK(sixth.reply.status == 402);
    CHECK_FALSE(sixth.accepted.has_value());
    CHECK(sixth.course.empty());
}

TEST_CASE("the course goes on to the last retry, as the receiver answers") {
    auto asked = question();
    asked.receiver = {500, 0};
    const auto told = api::explain(support::scenario_of(busy_twice), asked);
    REQUIRE(told.course.size() == 4);
    CHECK(told.course[0].cost.is_zero());
    CHECK(told.course[1].at == 5s);
    CHECK(told.course[1].status == 500);
    CHECK(told.course[2].at == 10s);
    CHECK(told.course[2].status == 0);
    CHECK(told.course[3].at == 40s);
    CHECK(told.course[3].after == domain::event_state::given_up);
}

TEST_CASE("a call that is refused before the rules asks none of them") {
    auto asked = question();
    asked.phone = "0981234567";
    const auto told = api::explain(support::scenario_of(busy_twice), asked);
    CHECK(told.trials.empty());
    CHECK(told.reply.status == 400);
    asked = question();
    asked.key = "no key";
    CHECK(api::explain(support::scenario_of(busy_twice), asked).reply.status == 401);
}

TEST_CASE("the moment asked about is that of the rules and of the course") {
    auto asked = question();
    asked.elapsed = 60s;
    const auto told = api::explain(support::scenario_of(R"({"rules": [
            {"when": {"elapsed": "..60s"}, "then": {"error": "internal_error"}},
            {"then": {"deliver": true, "after": "2s"}}]})"),
                                   asked);
    CHECK(told.trials.size() == 2);
    CHECK(told.reply.status == 202);
    REQUIRE(told.course.size() == 1);
    CHECK(told.course[0].at == 2s);
    CHECK(told.target == nullptr);
}

TEST_CASE("events of one moment are each told as they were") {
    const auto told = api::explain(support::scenario_of(R"({"rules": [{"then": {"timeline": [
            {"status": "delivered"}, {"status": "failed", "error_code": "busy"}]}}]})"),
                                   question());
    REQUIRE(told.course.size() == 2);
    CHECK(told.course[0].at == 0s);
    CHECK(told.course[0].outcome.status == domain::delivery_status::delivered);
    CHECK(told.course[1].at == 0s);
    CHECK(told.course[1].outcome.status == domain::delivery_status::failed);
    CHECK(told.accepted->outcome.status == domain::delivery_status::sent);
}
