#include <nexo_mock/domain/journal.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock::domain;
using namespace support;

namespace {

/// One with everything in it, and one with as little as there can be.
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
            .body = "{\"phone\":\"\0\"}",
            .reply = "Việt"};
}

void check_same(const call_record& a, const call_record& b) {
    CHECK(a.seq == b.seq);
    CHECK(a.at == b.at);
    CHECK(a.method == b.method);
    CHECK(a.path == b.path);
    CHECK(a.call == b.call);
    CHECK(a.status == b.status);
    CHECK(a.error == b.error);
    CHECK(a.why == b.why);
    CHECK(a.rule == b.rule);
    CHECK(a.by_rule == b.by_rule);
    CHECK(a.delivery == b.delivery);
    CHECK(a.fault == b.fault);
    CHECK(a.latency == b.latency);
    CHECK(a.body == b.body);
    CHECK(a.reply == b.reply);
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

void check_same(const sent_attempt& a, const sent_attempt& b) {
    CHECK(a.seq == b.seq);
    CHECK(a.kind == b.kind);
    CHECK(a.of == b.of);
    CHECK(a.event.id == b.event.id);
    CHECK(a.event.phone == b.event.phone);
    CHECK(a.event.carrier == b.event.carrier);
    CHECK(a.event.outcome == b.event.outcome);
    CHECK(a.event.cost == b.event.cost);
    CHECK(a.event.created == b.event.created);
    CHECK(a.event.completed == b.event.completed);
    CHECK(a.event.signature == b.event.signature);
    CHECK(a.event.is_test == b.event.is_test);
    CHECK(a.target == b.target);
    CHECK(a.due == b.due);
    CHECK(a.ended == b.ended);
    CHECK(a.outcome == b.outcome);
}

}  // namespace

TEST_CASE("a call comes out of the journal as it went in") {
    call_journal journal{{}};
    call_record least;
    least.seq = 1;
    journal.push(least);
    journal.push(full_call());
    REQUIRE(journal.size() == 2);
    check_same(journal[0], least);
    check_same(journal[1], full_call());
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
    check_same(journal[0], least);
    check_same(journal[1], full_attempt(target));
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
