#include <nexo_mock/runtime/code_waiters.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using control::scope;
using control::wait_end;
using runtime::code_waiters;

namespace {

const auto phone = *domain::phone_number::parse(support::some_phone);
const auto other_phone = *domain::phone_number::parse("+84901234567");

/// What a waiter was told, in order.
struct told {
    code_waiters::wake note(std::string who) {
        return [this, who = std::move(who)](wait_end how) {
            all.push_back(who + (how == wait_end::found ? " found" : " reset"));
        };
    }
    std::vector<std::string> all;
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a code wakes those who wait for its number, in its account or in any, once") {
    code_waiters waiters;
    told of;
    waiters.add(scope::of("sk_live_a"), {phone, 0, {}}, of.note("own"));
    waiters.add(scope::of("sk_live_b"), {phone, 0, {}}, of.note("other account"));
    waiters.add(scope::of("sk_live_a"), {other_phone, 0, {}}, of.note("other number"));
    waiters.add(scope::all(), {phone, 0, {}}, of.note("any"));
    CHECK(waiters.size() == 4);
    waiters.code_sent("sk_live_a", phone, 1);
    CHECK(of.all == texts{"own found", "any found"});
    waiters.code_sent("sk_live_a", phone, 2);
    CHECK(of.all.size() == 2);
    CHECK(waiters.size() == 2);
}

TEST_CASE("a key that begins as another one does is another account") {
    code_waiters waiters;
    told of;
    waiters.add(scope::of("sk_live_a"), {phone, 0, {}}, of.note("a"));
    waiters.add(scope::of("sk_live_ab"), {phone, 0, {}}, of.note("ab"));
    waiters.reset(scope::of("sk_live_a"));
    CHECK(of.all == texts{"a reset"});
    waiters.code_sent("sk_live_", phone, 1);
    CHECK(of.all.size() == 1);
}

TEST_CASE("a code that is not newer than what a waiter knows does not wake it") {
    code_waiters waiters;
    told of;
    waiters.add(scope::all(), {phone, 5, {}}, of.note("any"));
    waiters.add(scope::of("sk_live_a"), {phone, 6, {}}, of.note("own"));
    waiters.code_sent("sk_live_a", phone, 5);
    CHECK(of.all.empty());
    waiters.code_sent("sk_live_a", phone, 6);
    CHECK(of.all == texts{"any found"});
    waiters.code_sent("sk_live_a", phone, 7);
    CHECK(of.all == texts{"any found", "own found"});
}

TEST_CASE("a reset of one account leaves those who wait in any, one of all leaves nobody") {
    code_waiters waiters;
    told of;
    waiters.add(scope::of("sk_live_a"), {phone, 0, {}}, of.note("a"));
    waiters.add(scope::of("sk_live_b"), {phone, 0, {}}, of.note("b"));
    waiters.add(scope::all(), {phone, 0, {}}, of.note("any"));
    waiters.reset(scope::of("sk_live_a"));
    CHECK(of.all == texts{"a reset"});
    waiters.reset(scope::all());
    CHECK(of.all.size() == 3);
    CHECK(waiters.size() == 0);
}

TEST_CASE("a waiter that was removed, or cleared away, is told nothing") {
    code_waiters waiters;
    told of;
    const auto kept = std::make_shared<int>();
    const auto first = waiters.add(scope::all(), {phone, 0, {}}, [kept](wait_end) { FAIL(""); });
    waiters.add(scope::all(), {phone, 0, {}}, of.note("second"));
    waiters.remove(first);
    CHECK(kept.use_count() == 1);
    waiters.remove(first);
    CHECK(waiters.size() == 1);
    waiters.code_sent("sk_live_a", phone, 1);
    CHECK(of.all == texts{"second found"});
    waiters.add(scope::all(), {phone, 0, {}}, [kept](wait_end) { FAIL(""); });
    waiters.clear();
    CHECK(kept.use_count() == 1);
    CHECK(waiters.size() == 0);
    waiters.reset(scope::all());
}

TEST_CASE("each waiter is told exactly once, whoever comes first") {
    code_waiters waiters;
    constexpr int count = 4'000;
    std::vector<std::atomic<int>> calls(count);
    std::vector<std::atomic<int>> removed(count);
    std::atomic<bool> ends = false;
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        for (std::uint64_t seq = 1; !ends; ++seq)
            waiters.code_sent("sk_live_a", phone, seq);
    });
    threads.emplace_back([&] {
        while (!ends)
            waiters.reset(scope::of("sk_live_a"));
    });
    for (std::size_t i = 0; i < count; ++i) {
        const auto which = i % 2 == 0 ? scope::all() : scope::of("sk_live_a");
        waiters.add(which, {phone, 0, {}}, [&calls, i](wait_end) { ++calls[i]; });
    }
    while (waiters.size() != 0) {
    }
    ends = true;
    for (auto& each : threads)
        each.join();
    int once = 0;
    for (const auto& each : calls)
        once += each == 1;
    CHECK(once == count);
}
