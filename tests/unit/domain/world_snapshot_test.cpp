#include <nexo_mock/domain/world_snapshot.hpp>
#include <support/random_life.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace nexo_mock::domain;
using namespace support;

namespace {

constexpr std::uint64_t seed = 42;
constexpr std::string_view hooked = R"({
    "webhook": {"url": "http://a/", "secret": "s", "retry": ["5s"]},
    "rules": [{"name": "all", "then": {"deliver": true, "after": "25s"}}]})";

void tell_delivery(std::ostream& out, const world& of, std::uint64_t ordinal) {
    const auto view = of.view(ordinal);
    if (!view) return;
    out << ordinal << ' ' << view->id.text() << ' ' << view->seq << ' ' << view->phone.text() << ' '
        << view->code.text() << ' ' << name(view->carrier) << ' ' << in_words(view->outcome) << ' '
        << view->cost.micros() << ' ' << in_words(view->drawn) << int(view->money_state) << ' '
        << in_words(view->created) << ' ' << in_words(view->completed) << ' ' << view->rule << ' '
        << view->code_read << '\n';
    for (const auto& [at, outcome] : of.history_of(ordinal))
        out << "  " << in_words(at) << ' ' << in_words(outcome) << '\n';
    const auto* webhooks = of.webhooks_of(ordinal);
    if (webhooks == nullptr) return;
    for (const auto& [event, target, not_before, state, attempts] : *webhooks) {
        out << "  " << in_words(event) << ' ' << target->url << ' ' << target->secret << ' '
            << in_words(not_before) << ' ' << int(state) << '\n';
        for (const auto& each : attempts) {
            out << "    " << each.number << ' ' << each.seq << ' ' << in_words(each.due) << ' '
                << (each.ended ? in_words(*each.ended) : "") << ' ' << in_words(each.outcome)
                << '\n';
        }
    }
}

/// All that anybody can see of a world.
std::string all_of(const world& of, time_point now) {
    std::ostringstream out;
    for (std::uint64_t i = 0; i < of.deliveries().next_ordinal(); ++i)
        tell_delivery(out, of, i);
    for (std::size_t i = 0; i < of.attempts().size(); ++i) {
        const auto& each = of.attempts()[i];
        out << each.seq << ' ' << int(each.kind) << ' ' << each.of.delivery << '/' << each.of.event
            << '/' << each.of.number << ' ' << in_words(each.event) << ' ' << each.target->url
            << ' ' << in_words(each.due) << ' ' << in_words(each.ended) << ' '
            << in_words(each.outcome) << '\n';
    }
    out << of.attempts().evicted() << ' ' << of.calls().evicted() + of.calls().size() << '\n';
    const auto& wallet = of.wallet();
    out << in_words(wallet.amounts()) << ' ' << wallet.held().micros() << ' '
        << wallet.charged().micros() << ' ' << wallet.deposited().micros() << '\n';
    const auto& counts = of.counts();
    out << counts.accepted << ' ' << counts.refused << ' ' << counts.lost << ' ' << counts.delivered
        << ' ' << counts.failed << ' ' << counts.evicted << '\n';
    const auto& webhooks = of.webhook_counts();
    out << webhooks.events << ' ' << webhooks.acknowledged << ' ' << webhooks.given_up << ' '
        << webhooks.attempts << ' ' << webhooks.in_flight << '\n';
    for (std::size_t i = 0; i < of.scenario().rules.size(); ++i)
        out << of.rules().times_used(i) << ' ';
    out << of.state(now) << ' ' << in_words(of.next_due().value_or(begin)) << ' '
        << in_words(of.began()) << ' ' << of.deliveries().size() << '\n';
    const auto& account = of.account();
    out << account.key << ' ' << (account.target ? account.target->url : "none") << ' '
        << account.ip_allowlist.size() << ' ' << account.revoked << '\n';
    return std::move(out).str();
}

world copy_of(const world& of, const world_limits& limits = {}) {
    return world::restored(of.account().key, of.rules().rules(), seed, of.snapshot(), limits);
}

effects run(world& of, time_point now) {
    effects out;
    of.advance(now, out);
    return out;
}

attempt_ref only_attempt(const effects& all) {
    std::vector<attempt_ref> due;
    for (const auto& each : all) {
        if (const auto* attempt = std::get_if<webhook_due>(&each)) due.push_back(attempt->attempt);
    }
    REQUIRE(due.size() == 1);
    return due.front();
}

std::uint64_t send(world& of, time_point now = begin) {
    const auto sent = of.send_otp({some_phone, some_code, of.deliveries().next_ordinal() + 1}, now);
    REQUIRE(sent.has_value());
    return sent->ordinal;
}

}  // namespace

TEST_CASE("a restored world does what the original does, whenever it was taken") {
    scenario_generator generator{5};
    std::size_t deliveries = 0;
    std::size_t evicted = 0;
    for (std::uint64_t round = 0; round < 150; ++round) {
        const auto text = generator.next();
        CAPTURE(round);
        CAPTURE(text);
        const auto rules = scenario_of(text);
        const auto key = scenario_generator::key;
        const world_limits limits{.max_deliveries = 10 + round % 60,
                                  .journal = {.entries = 5 + round % 40}};
        world original{rules->settings_for(key), rules, seed, begin, limits};
        random_life life{round, rules};
        random_stream moments{round};
        for (auto steps = moments.next() % 300; steps > 0; --steps)
            life.step(original);
        life.finish_attempts(original);
        life.take_told();

        const auto taken = original.snapshot();
        auto restored = world::restored(key, life.rules(), seed, taken, limits);
        REQUIRE(restored.snapshot() == taken);
        REQUIRE(all_of(restored, life.now()) == all_of(original, life.now()));

        auto again = life;
        for (int i = 0; i < 200; ++i) {
            life.step(original);
            again.step(restored);
            REQUIRE(again.take_told() == life.take_told());
            if (i % 50 == 0) REQUIRE(all_of(restored, life.now()) == all_of(original, life.now()));
        }
        REQUIRE(all_of(restored, life.now()) == all_of(original, life.now()));
        REQUIRE(restored.snapshot() == original.snapshot());
        deliveries += original.counts().accepted;
        evicted += original.counts().evicted;
    }
    CHECK(deliveries > 5'000);
    CHECK(evicted > 500);
}

TEST_CASE("an attempt that was on its way is due again at its time, whether it began or not") {
    for (const bool began : {false, true}) {
        CAPTURE(began);
        auto of = world_of(scenario_of(hooked), seed);
        const auto ordinal = send(of);
        const auto first = only_attempt(run(of, begin + 25s));
        of.begin_attempt(first);
        of.finish_attempt(first, {500, "", "", {}}, begin + 26s, 1);
        const auto second = only_attempt(run(of, begin + 40s));
        if (began) REQUIRE(of.begin_attempt(second) != nullptr);

        auto restored = copy_of(of);
        CHECK(restored.snapshot() == of.snapshot());
        CHECK(restored.webhook_counts().in_flight == 0);
        REQUIRE(restored.next_due() == begin + 31s);
        CHECK(only_attempt(run(restored, begin + 40s)) == second);
        REQUIRE(restored.begin_attempt(second) != nullptr);
        restored.finish_attempt(second, {200, "", "", {}}, begin + 41s, 2);
        CHECK(restored.webhook_counts().acknowledged == 1);
        CHECK((*restored.webhooks_of(ordinal))[0].state == event_state::acknowledged);
        CHECK(restored.snapshot().retired == std::vector{ordinal});
    }
}

TEST_CASE("a delivery that was told to end, and has not yet, ends in the restored world") {
    auto of = world_of(scenario_of(hooked), seed);
    const auto ordinal = send(of);
    REQUIRE(of.complete(ordinal, {delivery_status::failed, "busy", "by hand"}, begin + 3s));
    auto restored = copy_of(of);
    CHECK(restored.snapshot() == of.snapshot());
    run(restored, begin + 1h);
    CHECK(restored.view(ordinal)->outcome.carrier_status == "by hand");
    CHECK(restored.view(ordinal)->completed == begin + 3s);
    CHECK(restored.wallet().held() == money{});
}

TEST_CASE("deliveries that equal rules decided share one rule when they are restored") {
    auto of = world_of(scenario_of(R"({"account_defaults": {"balance": 100}, "rules": [
        {"name": "all", "then": {"deliver": true}}]})"),
                       seed);
    for (int i = 0; i < 100; ++i) {
        send(of);
        if (i % 10 == 0)
            of.adopt(scenario_of(R"({"rules": [
            {"when": {"code": "0000"}, "then": {"pending": true}},
            {"name": "all", "then": {"fail": "busy", "latency": "1s"}}]})"));
    }
    const auto taken = of.snapshot();
    CHECK(taken.causes.size() == 1);
    const auto restored = world::restored(some_key, of.rules().rules(), seed, taken);
    const auto* first = restored.deliveries().cause_of(0).by;
    REQUIRE(first != nullptr);
    for (std::uint64_t i = 0; i < 100; ++i)
        REQUIRE(restored.deliveries().cause_of(i).by == first);
}

TEST_CASE("a world that is restored with less room evicts at once") {
    auto of = world_of(scenario_of(R"({"account_defaults": {"balance": 100}, "rules": [
        {"when": {"code": "0000"}, "then": {"pending": true}}, {"then": {"deliver": true}}]})"),
                       seed);
    REQUIRE(of.send_otp({some_phone, "0000", 1}, begin).has_value());
    for (int i = 0; i < 20; ++i)
        send(of);
    run(of, begin);
    auto restored = copy_of(of, {.max_deliveries = 5});
    CHECK(restored.deliveries().size() == 5);
    CHECK(restored.counts().evicted == 16);
    CHECK(restored.view(0).has_value());
    CHECK(restored.view(20).has_value());
    CHECK(send(restored) == 21);
}

TEST_CASE("calls count on in a restored world, and are not remembered") {
    auto of = world_of(scenario_of(hooked), seed, some_key, {.journal = {.entries = 2}});
    for (int i = 0; i < 3; ++i)
        of.record({});
    const auto restored = copy_of(of, {.journal = {.entries = 2}});
    CHECK(restored.calls().size() == 0);
    CHECK(restored.calls().evicted() == 3);
}
