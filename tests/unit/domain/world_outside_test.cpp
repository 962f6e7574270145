#include <nexo_mock/domain/world.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock::domain;
using namespace support;

namespace {

constexpr std::string_view hooked = R"({
    "webhook": {"url": "http://a/", "secret": "s", "retry": ["5s"]},
    "rules": [{"then": {"deliver": true, "after": "25s"}}]})";

std::uint64_t send(world& of, time_point now = begin, std::string_view phone = some_phone) {
    const auto sent = of.send_otp({phone, some_code, of.deliveries().next_ordinal() + 1}, now);
    REQUIRE(sent.has_value());
    return sent->ordinal;
}

effects run(world& of, time_point now) {
    effects out;
    of.advance(now, out);
    return out;
}

std::vector<attempt_ref> attempts_in(const effects& all) {
    std::vector<attempt_ref> due;
    for (const auto& each : all) {
        if (const auto* attempt = std::get_if<webhook_due>(&each)) due.push_back(attempt->attempt);
    }
    return due;
}

/// Makes the attempts that are due at that time and answers each so.
std::size_t answer(world& of, time_point now, int status) {
    std::size_t made = 0;
    for (const auto& attempt : attempts_in(run(of, now))) {
        REQUIRE(of.begin_attempt(attempt) != nullptr);
        of.finish_attempt(attempt, {status, "", "", {}}, now, ++made);
    }
    return made;
}

delivery_outcome busy() {
    return {delivery_status::failed, "busy", "user_busy"};
}

}  // namespace

TEST_CASE("a delivery that is completed by hand ends as one that its rule ends") {
    auto of = world_of(scenario_of(hooked));
    const auto ordinal = send(of);
    CHECK(of.complete(ordinal, busy(), begin + 3s));
    const auto out = run(of, begin + 3s);

    const auto view = of.view(ordinal);
    REQUIRE(view.has_value());
    CHECK(view->outcome == busy());
    CHECK(view->completed == begin + 3s);
    CHECK(view->money_state == settlement::refunded);
    CHECK(of.wallet().held() == money{});
    CHECK(of.counts().failed == 1);
    REQUIRE(attempts_in(out).size() == 1);
    CHECK(of.begin_attempt(attempts_in(out).front())->event.outcome == busy());
}

TEST_CASE("what its rule had in mind does not happen to a delivery that was completed by hand") {
    auto of = world_of(scenario_of(R"({"rules": [{"then": {"timeline": [
        {"after": "10s", "status": "delivered"}, {"after": "20s", "status": "failed", "error_code": "busy"}]}}]})"));
    const auto ordinal = send(of);
    const auto other = send(of);
    REQUIRE(of.complete(ordinal, {delivery_status::delivered, "", "success"}, begin + 1s));
    run(of, begin + 1s);
    CHECK(of.next_due() == begin + 10s);  // the other one's
    CHECK(run(of, begin + 1h).size() == 2);
    CHECK(of.view(ordinal)->completed == begin + 1s);
    CHECK(of.view(other)->outcome.status == delivery_status::failed);
}

TEST_CASE("a delivery ends by hand once, and only while it is sent") {
    auto of = world_of(scenario_of(hooked));
    const auto ordinal = send(of);
    run(of, begin + 25s);
    CHECK_FALSE(of.complete(ordinal, busy(), begin + 26s));
    CHECK_FALSE(of.complete(ordinal + 1, busy(), begin + 26s));
    CHECK(of.view(ordinal)->outcome.status == delivery_status::delivered);

    const auto second = send(of, begin + 30s);
    CHECK(of.complete(second, busy(), begin + 30s));
    run(of, begin + 30s);
    CHECK_FALSE(of.complete(second, {delivery_status::delivered, "", ""}, begin + 30s));
}

TEST_CASE(
    "a delivery whose scenario says it is sent again has ended, and counts and retires once") {
    auto of = world_of(scenario_of(R"({"account_defaults": {"balance": 1000}, "rules": [
        {"then": {"timeline": [{"after": "1s", "status": "delivered"},
                               {"after": "2s", "status": "sent"}]}}]})"),
                       42, some_key, {.max_deliveries = 1, .max_pending = 1});
    const auto ordinal = send(of);
    run(of, begin + 3s);
    REQUIRE(of.view(ordinal)->outcome.status == delivery_status::sent);
    CHECK_FALSE(of.complete(ordinal, busy(), begin + 3s));
    run(of, begin + 3s);
    CHECK(of.counts().delivered == 1);
    CHECK(of.counts().failed == 0);
    send(of, begin + 4s);  // which takes its place
    CHECK(of.counts().evicted == 1);
    CHECK(of.deliveries().size() == 1);
}

TEST_CASE("the history of a delivery lists every status it got") {
    auto of = world_of(scenario_of(R"({"rules": [
        {"when": {"phone": "+8490*"}, "then": {"timeline": [
            {"after": "1s", "status": "delivered"},
            {"after": "2s", "status": "sent"},
            {"after": "4s", "status": "failed", "error_code": "busy"}]}},
        {"then": {"deliver": true, "after": "3s"}}]})"));
    const auto twisted = send(of, begin, "+84901234567");
    const auto plain = send(of);
    CHECK(of.history_of(twisted).empty());
    run(of, begin + 10s);

    const auto all = of.history_of(twisted);
    REQUIRE(all.size() == 3);
    CHECK(all[0].at == begin + 1s);
    CHECK(all[0].outcome.status == delivery_status::delivered);
    CHECK(all[1].outcome.status == delivery_status::sent);
    CHECK(all[2].at == begin + 4s);
    CHECK(all[2].outcome.error_code == "busy");
    REQUIRE(of.history_of(plain).size() == 1);
    CHECK(of.history_of(plain)[0].at == begin + 3s);
    CHECK(of.history_of(99).empty());
}

TEST_CASE("the history of a delivery that only got the status sent again has its time") {
    auto of = world_of(scenario_of(R"({"rules": [
        {"then": {"timeline": [{"after": "4s", "status": "sent"}]}}]})"));
    const auto ordinal = send(of);
    run(of, begin + 10s);
    REQUIRE(of.history_of(ordinal).size() == 1);
    CHECK(of.history_of(ordinal)[0].at == begin + 4s);
}

TEST_CASE("each webhook attempt that ends is in the journal, and says its number in the ledger") {
    auto of = world_of(scenario_of(hooked));
    const auto ordinal = send(of);
    REQUIRE(answer(of, begin + 25s, 500) == 1);
    for (const auto& attempt : attempts_in(run(of, begin + 30s))) {
        of.begin_attempt(attempt);
        const auto made = of.finish_attempt(attempt, {0, "timeout", "", 7ms}, begin + 31s, 8);
        REQUIRE(made.has_value());
        CHECK(made->seq == 8);
        // Twice: the first counts.
        CHECK_FALSE(of.finish_attempt(attempt, {200, "", "", {}}, begin + 32s, 9).has_value());
    }
    REQUIRE(of.attempts().size() == 2);
    const auto& last = of.attempts()[1];
    CHECK(last.seq == 8);
    CHECK(last.kind == attempt_kind::scheduled);
    CHECK(last.of == attempt_ref{ordinal, 0, 2});
    CHECK(last.due == begin + 30s);
    CHECK(last.ended == begin + 31s);
    CHECK(last.outcome.error == "timeout");
    CHECK(last.event.id == of.id_of(ordinal));
    CHECK((*of.webhooks_of(ordinal))[0].attempts[0].seq == 1);
    CHECK((*of.webhooks_of(ordinal))[0].attempts[1].seq == 8);
    CHECK((*of.webhooks_of(ordinal))[0].state == event_state::given_up);
}

TEST_CASE("a redelivery that is acknowledged ends the ladder of its event") {
    auto of = world_of(scenario_of(hooked));
    const auto ordinal = send(of);
    answer(of, begin + 25s, 500);
    REQUIRE(of.next_due() == begin + 30s);

    const auto again = of.redelivery_of(1, begin + 27s);
    REQUIRE(again.has_value());
    CHECK(again->event.id == of.id_of(ordinal));
    const auto kept = of.finish_extra(*again, {204, "", "", {}}, begin + 27s, 5);
    CHECK(kept.kind == attempt_kind::redelivery);
    CHECK(kept.of == attempt_ref{ordinal, 0, 1});

    CHECK_FALSE(of.next_due().has_value());
    const auto& record = of.webhooks_of(ordinal)->front();
    CHECK(record.state == event_state::acknowledged);
    CHECK(record.attempts.size() == 1);
    CHECK(of.webhook_counts().acknowledged == 1);
    CHECK(of.webhook_counts().waiting() == 0);
}

TEST_CASE("a redelivery makes good what was given up, and a failed one changes nothing") {
    auto of = world_of(scenario_of(hooked), 42, some_key, {.max_deliveries = 1});
    const auto ordinal = send(of);
    answer(of, begin + 25s, 500);
    answer(of, begin + 30s, 500);
    REQUIRE(of.webhook_counts().given_up == 1);

    of.finish_extra(*of.redelivery_of(1, begin + 31s), {500, "", "", {}}, begin + 31s, 5);
    CHECK(of.webhook_counts().given_up == 1);
    of.finish_extra(*of.redelivery_of(1, begin + 31s), {200, "", "", {}}, begin + 31s, 6);
    CHECK(of.webhook_counts().given_up == 0);
    CHECK(of.webhook_counts().acknowledged == 1);
    CHECK(of.webhooks_of(ordinal)->front().state == event_state::acknowledged);

    send(of, begin + 40s);  // evicts the first, once: it has retired before
    run(of, begin + 65s);
    CHECK(of.counts().evicted == 1);
    of.finish_extra(*of.redelivery_of(1, begin + 66s), {200, "", "", {}}, begin + 66s, 7);
    CHECK(of.webhook_counts().acknowledged == 1);
}

TEST_CASE("a redelivery goes to where the account's webhooks go now") {
    auto of = world_of(scenario_of(hooked));
    send(of);
    answer(of, begin + 25s, 500);
    const auto elsewhere = std::make_shared<const webhook_target>(webhook_target{"http://b/", "t"});
    of.change_account({.target = elsewhere, .ip_allowlist = {}, .revoked = {}});
    CHECK(of.redelivery_of(1, begin + 26s)->target == elsewhere);
    of.change_account({.target = webhook_target_ptr{}, .ip_allowlist = {}, .revoked = {}});
    CHECK(of.redelivery_of(1, begin + 26s)->target->url == "http://a/");
    CHECK_FALSE(of.redelivery_of(0, begin + 26s).has_value());
    CHECK_FALSE(of.redelivery_of(2, begin + 26s).has_value());
}

TEST_CASE("a ping is the sample event, and touches no wallet and no delivery") {
    auto of = world_of(scenario_of(hooked));
    const auto before = of.wallet().total();
    const auto ping = of.ping(begin);
    REQUIRE(ping.has_value());
    CHECK(ping->event.is_test);
    const auto kept = of.finish_extra(*ping, {200, "", "", {}}, begin, 1);
    CHECK(kept.kind == attempt_kind::ping);
    CHECK(of.wallet().total() == before);
    CHECK(of.webhook_counts().events == 0);
    CHECK(of.deliveries().size() == 0);

    auto bare = world_of(scenario_of(R"({"name": "bare"})"));
    CHECK_FALSE(bare.ping(begin).has_value());
}

TEST_CASE("what was changed of an account by hand stays when the scenario is replaced") {
    auto of = world_of(scenario_of(hooked));
    of.set_bucket(bucket::balance, 25'000'000_micros);
    of.set_bucket(bucket::free_credit, money{});
    of.change_account({.target = webhook_target_ptr{}, .ip_allowlist = {}, .revoked = true});
    CHECK(of.wallet().total() == 25'000'000_micros);
    CHECK(of.wallet().deposited() == of.wallet().total());

    of.adopt(scenario_of(hooked));
    CHECK(of.account().target == nullptr);
    CHECK(of.account().revoked);
    CHECK(of.wallet().total() == 25'000'000_micros);
}

TEST_CASE("a rule that is put in front decides first, and the others go on where they were") {
    const auto base = scenario_of(R"({"account_defaults": {"balance": 100}, "rules": [
        {"name": "busy twice", "when": {"phone": "+8498*"}, "end": "fall_through",
         "then": {"fail": "busy", "times": 2}},
        {"name": "by number", "per": "phone", "end": "fall_through", "when": {"phone": "+8490*"},
         "then": {"fail": "rejected"}},
        {"name": "by chance", "then": {"deliver": true, "after": "1s..60s"}}]})");
    auto changed = std::make_shared<scenario>(*base);
    auto first = scenario_of(
        R"({"rules": [{"name": "put", "end": "fall_through", "then": {"fail": "voicemail"}}]})");
    changed->rules.insert(changed->rules.begin(), first->rules.front());
    changed->put_in_front = 1;

    auto with = world_of(base);
    auto without = world_of(base);
    for (auto* each : {&with, &without}) {
        send(*each);
        send(*each, begin, "+84901234567");
    }
    with.put_in_front(changed);
    CHECK(with.view(send(with, begin, "+84911234567"))->rule == "put");
    send(without, begin, "+84911234567");

    for (const auto* phone : {"+84981234567", "+84981234567", "+84901234567", "+84901234567"}) {
        CAPTURE(phone);
        const auto a = send(with, begin, phone);
        const auto b = send(without, begin, phone);
        run(with, begin + 60s);
        run(without, begin + 60s);
        CHECK(with.view(a)->rule == without.view(b)->rule);
        CHECK(with.view(a)->completed == without.view(b)->completed);  // it drew the same
    }
    CHECK(with.rules().times_used(0) == 1);
    CHECK(with.rules().times_used(1) == 2);
}

TEST_CASE("calls are remembered up to the journal's length") {
    auto of = world_of(scenario_of(hooked), 42, some_key, {.journal = {.entries = 2}});
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        call_record call;
        call.seq = seq;
        of.record(call);
    }
    CHECK(of.calls().size() == 2);
    CHECK(of.calls()[0].seq == 2);
    CHECK(of.calls().evicted() == 1);
}
