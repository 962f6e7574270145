#include <nexo_mock/domain/due_queue.hpp>
#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

due_event change(duration at, std::uint64_t delivery, std::uint16_t place = 0) {
    return {time_point{at}, delivery, place};
}
due_event by_hand(duration at, std::uint64_t delivery) {
    return {time_point{at}, delivery, due_event::by_hand};
}
due_event webhook(duration at, std::uint64_t delivery) {
    return {time_point{at}, delivery, due_event::webhook};
}

/// What comes out of the queue.
std::vector<due_event> drained(due_queue& queue) {
    std::vector<due_event> all;
    while (const auto next = queue.pop(time_point::max()))
        all.push_back(*next);
    return all;
}

due_event some_event(random_stream& random) {
    const auto what = std::array<std::uint16_t, 5>{0, 1, 64'999, due_event::by_hand,
                                                   due_event::webhook}[random.next() % 5];
    return {time_point{duration{random.between(-5, 200)}}, random.next() % 50, what};
}

bool is_before(const due_event& a, const due_event& b) {
    return std::tie(a.at, a.delivery, a.what) < std::tie(b.at, b.delivery, b.what);
}

}  // namespace

TEST_CASE("nothing is due in an empty queue") {
    due_queue queue;
    CHECK_FALSE(queue.pop(time_point::max()).has_value());
    CHECK_FALSE(queue.next().has_value());
}

TEST_CASE("an event is due at its moment and not before") {
    due_queue queue;
    queue.push(change(5s, 1));
    CHECK_FALSE(queue.pop(time_point{5s - 1us}).has_value());
    CHECK(queue.next() == time_point{5s});
    CHECK(queue.pop(time_point{5s}).has_value());
    CHECK(queue.size() == 0);
}

TEST_CASE("the order of events does not depend on the order in which they came in") {
    constexpr std::uint64_t last = (std::uint64_t{1} << 48) - 1;
    const std::vector<due_event> sorted{change(-1s, 9),    change(1s, 7),  change(2s, 1, 0),
                                        change(2s, 1, 1),  by_hand(2s, 1), webhook(2s, 1),
                                        change(2s, 2),     webhook(2s, 3), change(2s, last),
                                        webhook(2s, last), change(3s, 0)};
    constexpr std::uint64_t seed = 17;
    CAPTURE(seed);
    random_stream random{seed};
    for (int round = 0; round < 500; ++round) {
        auto shuffled = sorted;
        for (auto i = shuffled.size(); i > 1; --i) {
            std::swap(shuffled[i - 1], shuffled[random.next() % i]);
        }
        due_queue queue;
        for (const auto& each : shuffled)
            queue.push(each);
        for (const auto& each : sorted) {
            CHECK(queue.next() == each.at);
            const auto popped = queue.pop(time_point{3s});
            REQUIRE(popped.has_value());
            CHECK(*popped == each);
        }
        CHECK(queue.size() == 0);
    }
}

TEST_CASE("a queue does what a sorted list does") {
    constexpr std::uint64_t seed = 5;
    CAPTURE(seed);
    random_stream random{seed};
    for (const std::size_t size : {1U, 4U, 5U, 21U, 255U, 256U, 257U, 3'000U}) {
        CAPTURE(size);
        due_queue queue;
        std::vector<due_event> model;
        for (std::size_t i = 0; i < size; ++i) {
            model.push_back(some_event(random));
            queue.push(model.back());
        }
        for (int i = 0; i < 10; ++i) {
            const auto victim = random.next() % 50;
            const bool is_webhook = i % 2 == 0;
            is_webhook ? queue.remove_webhook(victim) : queue.remove_changes(victim);
            std::erase_if(model, [&](const due_event& each) {
                return each.delivery == victim && (each.what == due_event::webhook) == is_webhook;
            });
        }
        std::size_t seen = 0;
        queue.each([&](const due_event&) { ++seen; });
        CHECK(seen == model.size());
        std::ranges::sort(model, is_before);
        CHECK(drained(queue) == model);
    }
}

TEST_CASE("what is pushed while others are taken out finds its place") {
    random_stream random{7};
    due_queue queue;
    std::multiset<due_event, decltype(&is_before)> model{&is_before};
    for (int round = 0; round < 20'000; ++round) {
        const bool grows = round / 2'000 % 2 == 0;
        if (random.next() % 10 < (grows ? 7U : 3U)) {
            const auto added = some_event(random);
            model.insert(added);
            queue.push(added);
        } else if (!model.empty()) {
            REQUIRE(queue.pop(time_point::max()) == *model.begin());
            model.erase(model.begin());
        }
        REQUIRE(queue.size() == model.size());
    }
}
