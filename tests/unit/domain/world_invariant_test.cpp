#include <nexo_mock/domain/world.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

using namespace nexo_mock::domain;
using namespace support;

namespace {

/// Everything that can happen to a send happens here now and then.
const std::string everything = R"({
    "api": {"price": {"default": 0.022, "mobifone": 0.030, "itel": 0}, "no_route": ["reddi"]},
    "webhook": {"url": "http://localhost/", "secret": "s", "retry": ["5s", "30s"]},
    "account_defaults": {"balance": 0.5, "bonus_credit": 0.1, "free_credit": 0.110},
    "rules": [
        {"when": {"chance": 0.05}, "then": {"error": "internal_error"}},
        {"when": {"every": 7}, "then": {"pending": true}},
        {"when": {"chance": 0.1}, "then": {"timeline": [
            {"after": "1s..9s", "status": "failed"}, {"after": "1s..9s", "status": "delivered"},
            {"after": "1s..9s", "status": "failed"}, {"after": "5s", "status": "sent"}]}},
        {"per": "phone", "end": "loop", "when": {"chance": 0.9}, "then": [
            {"fail": "busy", "after": "5s", "times": 2}, {"deliver": true, "after": "1s..60s"}]},
        {"then": {"one_of": [{"deliver": true}, {"fail": "timeout", "after": "60s"}]}}]})";

constexpr std::array<std::string_view, 9> phones{
    "+84981234567", "+84901234567", "+84998123456",  "+84551234567",
    "+84911234567", "0981234567",   "+842412345678", "",
    "+84981234568"};
constexpr std::array<std::string_view, 5> codes{"1234", "482915", "12345678", "123", "12a4"};

struct snapshot {
    bucket_amounts amounts;
    money held;
    money charged;
    std::size_t stored;
    std::uint64_t accepted;
    std::uint64_t refused;
    std::optional<time_point> due;

    explicit snapshot(const world& of)
        : amounts{of.wallet().amounts()},
          held{of.wallet().held()},
          charged{of.wallet().charged()},
          stored{of.deliveries().size()},
          accepted{of.counts().accepted},
          refused{of.counts().refused},
          due{of.next_due()} {}
};

struct driver {
    scenario_ptr scenario = scenario_of(everything);
    random_stream random;
    world of;
    time_point now = begin;
    std::uint64_t seq = 0;
    money put_in;
    std::vector<attempt_ref> in_flight;
    std::uint64_t sends_granted = 0;
    std::uint64_t sends_refused = 0;
    std::uint64_t failed = 0;
    std::uint64_t evicted = 0;

    explicit driver(std::uint64_t seed) : random{seed}, of{fresh(seed)} {
        put_in = of.wallet().deposited();
    }
    world fresh(std::uint64_t seed) const {
        return world_of(scenario, seed, some_key, {.max_deliveries = 200, .max_pending = 150});
    }
    template <class Array>
    auto pick(const Array& from) {
        return from[random.next() % from.size()];
    }

    void step() {
        const auto choice = random.between(0, 999);
        if (choice < 550) {
            send();
        } else if (choice < 800) {
            pass_time();
        } else if (choice < 900) {
            finish_one();
        } else if (choice < 990) {
            top_up();
        } else if (choice < 998) {
            late_calls();
        } else {
            start_over();
        }
        check();
    }

    void send() {
        const snapshot before{of};
        const auto reply = of.send_otp({pick(phones), pick(codes), ++seq}, now);
        const snapshot after{of};
        if (reply) {
            ++sends_granted;
            REQUIRE(after.amounts.total() + reply->cost == before.amounts.total());
            REQUIRE(after.held == before.held + reply->cost);
            REQUIRE(after.accepted == before.accepted + 1);
            REQUIRE(reply->balance == after.amounts.total());
        } else {
            ++sends_refused;
            REQUIRE(after.amounts == before.amounts);
            REQUIRE(after.held == before.held);
            REQUIRE(after.stored == before.stored);
            REQUIRE(after.accepted == before.accepted);
            REQUIRE(after.refused == before.refused + 1);
            REQUIRE(after.due == before.due);
        }
        REQUIRE(after.charged == before.charged);
    }
    void pass_time() {
        now += duration{random.between(0, 20'000'000)};
        effects out;
        of.advance(now, out);
        for (const auto& each : out) {
            const auto* due = std::get_if<webhook_due>(&each);
            if (due == nullptr) continue;
            if (of.begin_attempt(due->attempt) != nullptr) in_flight.push_back(due->attempt);
        }
        REQUIRE(of.next_due().value_or(time_point::max()) > now);
    }
    void finish_one() {
        if (in_flight.empty()) return;
        const auto attempt = in_flight[random.next() % in_flight.size()];
        std::erase(in_flight, attempt);
        of.finish_attempt(attempt, {pick(std::array{200, 500, 0, 410}), "", "", {}}, now);
    }
    void late_calls() {
        const attempt_ref wrong{random.next() % 100, 0, static_cast<std::uint32_t>(7)};
        REQUIRE(of.begin_attempt(wrong) == nullptr);
        of.finish_attempt(wrong, {200, "", "", {}}, now);
    }
    void top_up() {
        const auto amount = money::from_micros(random.between(0, 200'000));
        of.deposit(pick(all_buckets), amount);
        put_in += amount;
    }
    void start_over() {
        failed += of.counts().failed;
        evicted += of.counts().evicted;
        of = fresh(random.next());
        now = begin;
        in_flight.clear();
        put_in = of.wallet().deposited();
    }

    void check() const {
        const auto& wallet = of.wallet();
        REQUIRE(wallet.deposited() == put_in);
        REQUIRE(put_in == wallet.total() + wallet.held() + wallet.charged());
        for (const auto which : all_buckets)
            REQUIRE(wallet.amounts()[which] >= money{});
        REQUIRE(wallet.held() >= money{});
        const auto& counts = of.counts();
        REQUIRE(counts.accepted == counts.delivered + counts.failed + counts.pending());
        REQUIRE(of.deliveries().size() == counts.accepted - counts.evicted);
        REQUIRE(counts.evicted <= counts.delivered + counts.failed);
        const auto& told = of.webhook_counts();
        REQUIRE(told.in_flight == in_flight.size());
        REQUIRE(told.acknowledged + told.given_up <= told.events);
    }

    /// The wallet once more, from each delivery that is still there.
    void check_deliveries() const {
        money held;
        std::uint64_t pending = 0;
        of.deliveries().newest_first([&](std::uint64_t, const delivery& each) {
            if (each.money_state == settlement::held) {
                held += each.drawn.total();
                ++pending;
            }
            return true;
        });
        REQUIRE(held == of.wallet().held());
        REQUIRE(pending == of.counts().pending());
    }
};

}  // namespace

TEST_CASE("whatever happens, no money is lost or made and every send is accounted for") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        CAPTURE(seed);
        driver of{seed};
        for (int i = 0; i < 20'000; ++i) {
            CAPTURE(i);
            of.step();
            if (i % 100 == 0) of.check_deliveries();
        }
        of.start_over();
        CHECK(of.sends_granted > 500);
        CHECK(of.sends_refused > 500);
        CHECK(of.failed > 100);
        CHECK(of.evicted > 10);
    }
}
