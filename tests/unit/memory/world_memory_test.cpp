#include <support/counted_memory.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

// What an account costs: a budget, so that it can't grow unseen. All figures are bytes that
// operator new gave, with what the allocator needs for each block.

using namespace nexo_mock::domain;
using namespace support;

namespace {

/// Deliveries that are pending while they are made; all of one account with plenty of money.
constexpr auto later = R"({"account_defaults": {"balance": 1000000000}, "rules": [
    {"name": "later", "then": {"deliver": true, "after": "25s..60s"}}]})";

void send(world& of, std::uint64_t nth) {
    auto phone = std::to_string(84'980'000'000 + nth % 1'000'000);
    phone.insert(phone.begin(), '+');
    const auto sent = of.send_otp({phone, some_code, nth + 1}, begin + duration{nth});
    if (!sent) FAIL("a send was refused");
}

void run(world& of, time_point now) {
    effects out;
    of.advance(now, out);
}

call_record usual_call(std::uint64_t seq) {
    call_record call;
    call.seq = seq;
    call.method = "POST";
    call.path = "/api/v1/send-otp";
    call.status = 202;
    call.rule = "everything else";
    call.body = R"({"phone":"+84981234567","code":"482917"})";
    call.reply = R"({"ok":true,"id":"8f2e1c4d-1111-4222-8333-444444444444",)"
                 R"("carrier":"viettel","status":"sent","cost":0.022,"balance":0.088})";
    return call;
}

}  // namespace

TEST_CASE("a pending delivery takes at most 80 bytes with what is due, at any number of them") {
    auto of = world_of(scenario_of(later));
    const auto before = memory_now();
    begin_peak();
    for (std::uint64_t sent = 0; sent < 150'000;) {
        send(of, sent);
        ++sent;
        if (sent < 10'000) continue;
        REQUIRE(memory_now().peak - before.live <= 80 * sent);  // nothing is ever there twice
    }
    CHECK(of.due().size() == 150'000);
}

TEST_CASE("finished deliveries beyond the limit leave no memory behind") {
    const auto soon = scenario_of(R"({"account_defaults": {"balance": 1000000}, "rules": [
        {"then": {"deliver": true, "after": "10ms"}}]})");
    auto of = world_of(soon, 42, some_key, {.max_deliveries = 1'000});
    const auto before = memory_now();
    for (std::uint64_t sent = 0; sent < 50'000; ++sent) {
        send(of, sent);
        if (sent % 5'000 == 0) run(of, begin + duration{sent});
    }
    run(of, begin + 1h);
    CHECK(of.deliveries().size() == 1'000);
    CHECK(memory_now().live - before.live < 200'000);
}

TEST_CASE("the bytes of deliveries that a world tells of are what they take of memory") {
    const auto hooked = scenario_of(R"({"account_defaults": {"balance": 1000000,
        "webhook": {"url": "http://127.0.0.1:1/", "secret": "s"}}, "rules": [
        {"then": {"fail": "busy", "after": "10ms"}}]})");
    auto of = world_of(hooked, 42, some_key, {.journal = {.entries = 0}});
    const auto before = memory_now();
    const auto check = [&] {
        const auto taken = static_cast<double>(memory_now().live - before.live);
        CHECK(static_cast<double>(of.delivery_bytes()) == doctest::Approx(taken).epsilon(0.1));
    };
    for (std::uint64_t sent = 0; sent < 20'000; ++sent)
        send(of, sent);
    check();
    run(of, begin + 1h);  // each webhook waits for its first attempt
    check();
    for (std::uint64_t nth = 0; nth < 20'000; ++nth) {
        REQUIRE(of.begin_attempt({nth, 0, 1}) != nullptr);
        of.finish_attempt({nth, 0, 1}, {500, "", std::string(500, 'x'), {}}, begin + 1h, nth + 1);
    }
    check();
}

TEST_CASE("an account that did little holds little") {
    const auto rules = scenario_of(later);
    const auto before = memory_now();
    std::optional<world> of{world_of(rules)};
    CHECK(memory_now().live - before.live < 2'000);
    for (std::uint64_t sent = 0; sent < 3; ++sent) {
        send(*of, sent);
        of->record(usual_call(sent + 1));
    }
    CHECK(memory_now().live - before.live < 8'000);
    of.reset();
    CHECK(memory_now().live == before.live);
}

TEST_CASE("a usual call takes at most 320 bytes of the journal") {
    call_journal journal{{.entries = 10'000}};
    const auto before = memory_now();
    for (std::uint64_t seq = 1; seq <= 10'000; ++seq)
        journal.push(usual_call(seq));
    CHECK(journal.bytes() <= 320 * journal.size());
    CHECK(memory_now().live - before.live <= 320 * journal.size());
}

TEST_CASE("a journal that is full allocates nothing") {
    call_journal journal{{.entries = 1'000}};
    std::uint64_t seq = 0;
    while (seq < 5'000)
        journal.push(usual_call(++seq));
    const auto before = memory_now();
    while (seq < 50'000)
        journal.push(usual_call(++seq));
    CHECK(memory_now().allocations == before.allocations);
    CHECK(memory_now().live == before.live);
}

TEST_CASE("a journal takes its bytes of memory, and a fourth of them and 4 KiB at most") {
    for (const std::size_t most : {8'192U, 65'536U, 1'048'576U}) {
        CAPTURE(most);
        const auto before = memory_now();
        begin_peak();
        call_journal journal{{.entries = 1'000'000, .bytes = most}};
        for (std::uint64_t seq = 1; seq <= 20'000; ++seq)
            journal.push(usual_call(seq));
        CHECK(journal.bytes() <= most);
        CHECK(journal.bytes() > most - 400);
        CHECK(memory_now().peak - before.live <= most + most / 4 + 4'096);
    }
}
