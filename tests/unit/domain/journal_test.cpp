#include <nexo_mock/domain/journal.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <tuple>

using namespace nexo_mock::domain;
using namespace support;
using namespace std::string_view_literals;

namespace {

/// One with everything in it.
call_record full_call() {
    return {.seq = 7,
            .at = begin,
            .method = "POST",
            .path = "/api/v1/send-otp?x=1",
            .call = endpoint::send_otp,
            .status = 599,
            .error = "rate_limited",
            .why = "because",
            .rule = "a rule",
            .by_rule = true,
            .delivery = 1'000'000'000'000,
            .fault = fault_kind::close,
            .latency = 90s,
            .body = "{\"phone\":\"\0\"}"sv,
            .reply = "Việt"};
}

auto all_of(const call_record& of) {
    return std::tuple{of.seq,      of.at,    of.method,  of.path, of.call,
                      of.status,   of.error, of.why,     of.rule, of.by_rule,
                      of.delivery, of.fault, of.latency, of.body, of.reply};
}

sent_attempt full_attempt(const webhook_target_ptr& target) {
    return {
        .seq = 9,
        .kind = attempt_kind::redelivery,
        .of = {1'000'000'000'000, 99'999, 101},
        .event = {.id = *delivery_id::parse("8f2e1c4d-1111-4222-8333-444444444444"),
                  .phone = *phone_number::parse(some_phone),
                  .carrier = carrier::reddi,
                  .outcome = {delivery_status::failed, "own_code", "a longer status than usual"},
                  .cost = 22000_micros,
                  .created = begin,
                  .completed = begin + 2s,
                  .signature = signature_kind::tampered,
                  .is_test = true},
        .target = target,
        .due = begin + 3s,
        .ended = begin + 4s,
        .outcome = {503, "timeout", std::string(1024, 'r'), 5ms}};
}

auto all_of(const sent_attempt& of) {
    return std::tuple{of.seq,
                      of.kind,
                      of.of,
                      of.event.id,
                      of.event.phone,
                      of.event.carrier,
                      of.event.outcome,
                      of.event.cost,
                      of.event.created,
                      of.event.completed,
                      of.event.signature,
                      of.event.is_test,
                      of.target,
                      of.due,
                      of.ended,
                      of.outcome};
}

}  // namespace

TEST_CASE("a call comes out of the journal as it went in") {
    call_journal journal{{}};
    call_record least;
    least.seq = 1;
    journal.push(least);
    journal.push(full_call());
    REQUIRE(journal.size() == 2);
    CHECK((all_of(journal[0]) == all_of(least)));
    CHECK((all_of(journal[1]) == all_of(full_call())));
    CHECK(journal.first_after(1) == 1);
}

TEST_CASE("a webhook attempt comes out of the journal as it went in, with its target") {
    auto target = std::make_shared<const webhook_target>(webhook_target{"http://a/", "secret"});
    const std::weak_ptr<const webhook_target> watched = target;
    attempt_journal journal{{.entries = 2}};
    auto least = full_attempt(nullptr);
    least.seq = 1;
    least.event.outcome = {};
    least.outcome = {};
    least.event.is_test = false;
    journal.push(least);
    journal.push(full_attempt(target));
    REQUIRE(journal.size() == 2);
    CHECK((all_of(journal[0]) == all_of(least)));
    CHECK((all_of(journal[1]) == all_of(full_attempt(target))));
    target.reset();
    REQUIRE_FALSE(watched.expired());
    CHECK(journal[1].target->secret == "secret");
}

TEST_CASE("what an entry costs beside its texts is little") {
    call_journal calls{{}};
    calls.push({});
    CHECK(calls.bytes() < 90);
    call_record longer;
    longer.path = "12345";
    longer.reply = "67890";
    calls.push(longer);
    CHECK(calls.bytes() < 2 * 90 + 10);
    attempt_journal attempts{{}};
    attempts.push(full_attempt(nullptr));
    CHECK(attempts.bytes() < 150 +
                                 std::string{"own_code"
                                             "a longer status than usual"
                                             "timeout"}
                                     .size() +
                                 1024);
}
