#include <nexo_mock/domain/webhook_ledger.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

constexpr std::optional<duration> retry_after = 5s;
constexpr std::optional<duration> no_retry;
const auto target = std::make_shared<const webhook_target>(webhook_target{"http://a/", "s"});

webhook_event some_event(delivery_status status = delivery_status::delivered) {
    return {.id = *delivery_id::parse("8f2e1c4d-1111-4222-8333-444444444444"),
            .phone = *phone_number::parse("+84981234567"),
            .carrier = carrier::viettel,
            .outcome = {status, "", "success"},
            .cost = 22000_micros,
            .created = {},
            .completed = {}};
}

constexpr time_point at(duration after) {
    return time_point{after};
}

attempt_outcome answered(int status) {
    return {status, status == 0 ? "connection refused" : "", "", 1ms};
}

}  // namespace

TEST_CASE("the first attempt is due when the event happens") {
    webhook_ledger ledger;
    const auto next = ledger.add(7, some_event(), target, at(25s));
    REQUIRE(next.has_value());
    CHECK(next->due == at(25s));
    CHECK(next->attempt == attempt_ref{7, 0, 1});
    CHECK_FALSE(ledger.is_quiet(7));
    CHECK(ledger.totals().events == 1);
    CHECK(ledger.totals().waiting() == 1);
}

TEST_CASE("an event may have to wait, and one behind another waits for both") {
    webhook_ledger ledger;
    const auto first = ledger.add(0, some_event(), target, at(5s));
    REQUIRE(first.has_value());
    CHECK(first->due == at(5s));
    CHECK_FALSE(ledger.add(0, some_event(), target, at(30s)).has_value());
    CHECK_FALSE(ledger.add(0, some_event(), target, at(7s)).has_value());
    ledger.begin(first->attempt);
    const auto second = ledger.finish(first->attempt, answered(200), retry_after, at(6s));
    REQUIRE(second.has_value());
    CHECK(second->due == at(30s));
    ledger.begin(second->attempt);
    const auto third = ledger.finish(second->attempt, answered(200), retry_after, at(31s));
    REQUIRE(third.has_value());
    CHECK(third->due == at(31s));
}

TEST_CASE("every status of success acknowledges, everything else is tried again") {
    for (const int status : {0,   100, 199, 200, 201, 204, 299, 300, 301, 302, 304, 307,
                             400, 401, 404, 408, 409, 411, 422, 429, 500, 502, 503, 599}) {
        CAPTURE(status);
        webhook_ledger ledger;
        const auto first = ledger.add(0, some_event(), target, at(0s));
        REQUIRE(ledger.begin(first->attempt) != nullptr);
        const auto next = ledger.finish(first->attempt, answered(status), retry_after, at(0s));
        const bool success = status >= 200 && status < 300;
        CHECK(next.has_value() == !success);
        CHECK(ledger.is_quiet(0) == success);
        CHECK(ledger.events_of(0)->at(0).state ==
              (success ? event_state::acknowledged : event_state::waiting));
    }
}

TEST_CASE("a receiver that is gone is not tried again") {
    webhook_ledger ledger;
    const auto first = ledger.add(0, some_event(), target, at(0s));
    ledger.begin(first->attempt);
    CHECK_FALSE(ledger.finish(first->attempt, answered(410), retry_after, at(0s)).has_value());
    CHECK(ledger.events_of(0)->at(0).state == event_state::given_up);
    CHECK(ledger.totals().given_up == 1);
    CHECK(ledger.is_quiet(0));
}

TEST_CASE(
    "a dead receiver is tried as long as there are waits, each counted from the failure before") {
    webhook_ledger ledger;
    auto next = ledger.add(0, some_event(), target, at(0s));
    time_point now = at(0s);
    for (std::uint32_t number = 1; number <= 6; ++number) {
        CAPTURE(number);
        REQUIRE(next.has_value());
        CHECK(next->attempt == attempt_ref{0, 0, number});
        const auto waited = number == 1 ? duration{} : duration{number * 10s};
        CHECK(next->due == now + waited);
        REQUIRE(ledger.begin(next->attempt) != nullptr);
        now = next->due + 10s;  // it takes ten seconds to time out
        const auto wait = number < 6 ? std::optional<duration>{(number + 1) * 10s} : no_retry;
        next = ledger.finish(next->attempt, answered(0), wait, now);
    }
    CHECK_FALSE(next.has_value());
    const auto& event = ledger.events_of(0)->at(0);
    CHECK(event.state == event_state::given_up);
    CHECK(event.attempts.size() == 6);
    CHECK(event.attempts.back().outcome.error == "connection refused");
    CHECK(event.attempts.back().ended == now);
    CHECK(ledger.totals().attempts == 6);
    CHECK(ledger.totals().given_up == 1);
    CHECK(ledger.totals().waiting() == 0);
    CHECK(ledger.totals().in_flight == 0);
}

TEST_CASE("without a wait there is one attempt") {
    webhook_ledger ledger;
    const auto first = ledger.add(0, some_event(), target, at(0s));
    ledger.begin(first->attempt);
    CHECK_FALSE(ledger.finish(first->attempt, answered(500), no_retry, at(0s)).has_value());
    CHECK(ledger.events_of(0)->at(0).state == event_state::given_up);
}

TEST_CASE("a delivery's second event waits until the first is settled") {
    webhook_ledger ledger;
    const auto first = ledger.add(0, some_event(delivery_status::delivered), target, at(1s));
    CHECK_FALSE(ledger.add(0, some_event(delivery_status::failed), target, at(2s)).has_value());
    CHECK_FALSE(ledger.add(0, some_event(delivery_status::failed), target, at(3s)).has_value());
    CHECK(ledger.begin({0, 1, 1}) == nullptr);
    CHECK(ledger.begin(first->attempt) != nullptr);
    const auto retry = ledger.finish(first->attempt, answered(500), retry_after, at(4s));
    CHECK(retry->attempt == attempt_ref{0, 0, 2});
    CHECK(ledger.begin(retry->attempt) != nullptr);
    const auto second = ledger.finish(retry->attempt, answered(200), retry_after, at(9s));
    REQUIRE(second.has_value());
    CHECK(second->attempt == attempt_ref{0, 1, 1});
    CHECK(second->due == at(9s));
    CHECK(ledger.begin(second->attempt)->event.outcome.status == delivery_status::failed);
    const auto third = ledger.finish(second->attempt, answered(410), retry_after, at(10s));
    REQUIRE(third.has_value());
    CHECK(third->attempt == attempt_ref{0, 2, 1});
    CHECK_FALSE(ledger.is_quiet(0));
}

TEST_CASE("deliveries do not wait for each other") {
    webhook_ledger ledger;
    const auto one = ledger.add(1, some_event(), target, at(0s));
    const auto other = ledger.add(2, some_event(), target, at(0s));
    CHECK(ledger.begin(one->attempt) != nullptr);
    CHECK(ledger.begin(other->attempt) != nullptr);
    CHECK(ledger.totals().in_flight == 2);
    CHECK_FALSE(ledger.finish(other->attempt, answered(200), retry_after, at(0s)).has_value());
    CHECK(ledger.is_quiet(2));
    CHECK_FALSE(ledger.is_quiet(1));
}

TEST_CASE("an event that comes after the chain fell quiet is tried at once") {
    webhook_ledger ledger;
    const auto first = ledger.add(0, some_event(), target, at(0s));
    ledger.begin(first->attempt);
    ledger.finish(first->attempt, answered(200), retry_after, at(1s));
    const auto second = ledger.add(0, some_event(), target, at(60s));
    REQUIRE(second.has_value());
    CHECK(second->attempt == attempt_ref{0, 1, 1});
    CHECK(second->due == at(60s));
}

TEST_CASE("late and double calls change nothing") {
    webhook_ledger ledger;
    CHECK(ledger.begin({0, 0, 1}) == nullptr);
    CHECK_FALSE(ledger.finish({0, 0, 1}, answered(200), retry_after, at(0s)).has_value());

    const auto first = ledger.add(0, some_event(), target, at(0s));
    CHECK_FALSE(ledger.finish(first->attempt, answered(200), retry_after, at(0s)).has_value());
    CHECK(ledger.begin({0, 0, 2}) == nullptr);
    CHECK(ledger.begin({0, 1, 1}) == nullptr);
    CHECK(ledger.begin({1, 0, 1}) == nullptr);
    CHECK(ledger.begin(first->attempt) != nullptr);
    CHECK(ledger.begin(first->attempt) == nullptr);
    CHECK_FALSE(ledger.finish({0, 0, 2}, answered(200), retry_after, at(0s)).has_value());
    const auto retry = ledger.finish(first->attempt, answered(500), retry_after, at(0s));
    REQUIRE(retry.has_value());
    CHECK_FALSE(ledger.finish(first->attempt, answered(200), retry_after, at(0s)).has_value());
    CHECK(ledger.begin(first->attempt) == nullptr);
    CHECK(ledger.begin(retry->attempt) != nullptr);
    ledger.finish(retry->attempt, answered(204), retry_after, at(5s));
    CHECK_FALSE(ledger.finish(retry->attempt, answered(500), retry_after, at(5s)).has_value());
    CHECK(ledger.begin(retry->attempt) == nullptr);

    const auto& totals = ledger.totals();
    CHECK(totals.events == 1);
    CHECK(totals.acknowledged == 1);
    CHECK(totals.given_up == 0);
    CHECK(totals.attempts == 2);
    CHECK(totals.in_flight == 0);
}

TEST_CASE("an event keeps the target it happened with") {
    webhook_ledger ledger;
    ledger.add(0, some_event(), target, at(0s));
    CHECK(ledger.events_of(0)->at(0).target == target);
    CHECK(ledger.events_of(1) == nullptr);
    CHECK(ledger.is_quiet(1));
    ledger.erase(0);
    CHECK(ledger.events_of(0) == nullptr);
}
