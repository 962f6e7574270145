#include <nexo_mock/runtime/due_timers.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock;
using namespace std::chrono_literals;
using runtime::due_timers;
using runtime::real_time;

namespace {

runtime::account_ptr account_named(std::string key) {
    const runtime::sim_clock clock{{}, support::begin, {}};
    return std::make_shared<runtime::account>(std::move(key), 0, clock,
                                              support::world_of(support::rules_of("")));
}

real_time now() {
    return std::chrono::steady_clock::now();
}

/// Whom it woke, in order.
struct woken {
    boost::asio::io_context context;
    std::string all;
    due_timers timers{context,
                      [this](const runtime::account_ptr& of, real_time) { all += of->key; }};
};

}  // namespace

TEST_CASE("accounts are woken in the order of their times, whenever those were set") {
    woken of;
    const auto a = account_named("a");
    const auto b = account_named("b");
    const auto c = account_named("c");
    const auto begin = now();
    of.timers.add(begin + 3ms, c);
    of.timers.add(begin + 1ms, a);
    of.timers.add(begin + 2ms, b);
    of.context.run();
    CHECK(of.all == "abc");
    CHECK(now() >= begin + 3ms);
}

TEST_CASE("what comes alone is woken at its time, what comes in a crowd within a grain") {
    const auto fired = now();
    CHECK(due_timers::next_firing(fired + 1s, fired) == fired + 1s);
    CHECK(due_timers::next_firing(fired + 1us, fired) == fired + due_timers::grain);
    CHECK(due_timers::next_firing(fired + due_timers::grain, fired) == fired + due_timers::grain);
}

TEST_CASE("the rest of what was due at the last firing does not wait for a grain") {
    const auto fired = now();
    CHECK(due_timers::next_firing(fired, fired) == fired);
    CHECK(due_timers::next_firing(fired - 20ms, fired) == fired - 20ms);
}

TEST_CASE("an account that asks again for a time that has come is woken after the others") {
    boost::asio::io_context context;
    std::string all;
    const auto due = now();
    due_timers* timers = nullptr;
    due_timers made{context, [&](const runtime::account_ptr& of, real_time set_for) {
                        CHECK(set_for == due);
                        all += of->key;
                        if (of->key == "a" && all.size() < 6) timers->add(set_for, of);
                    }};
    timers = &made;
    const auto a = account_named("a");
    const auto b = account_named("b");
    made.add(due, a);
    made.add(due, b);
    context.run();
    CHECK(all.substr(0, 2).find('b') != std::string::npos);
    CHECK(all.size() == 6);
}

TEST_CASE("an account that is gone and one behind a stop are not woken") {
    woken of;
    of.timers.add(now(), account_named("gone"));
    const auto kept = account_named("kept");
    of.timers.add(now(), kept);
    of.context.run_one();
    CHECK(of.all == "kept");
    of.timers.add(now(), kept);
    of.timers.stop();
    of.timers.add(now(), kept);
    of.context.run();
    CHECK(of.all == "kept");
}
