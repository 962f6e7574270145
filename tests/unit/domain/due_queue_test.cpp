#include <nexo_mock/domain/due_queue.hpp>
#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

namespace {

const delivery_outcome some_outcome{delivery_status::delivered, "", "success"};

due_event change(duration at, std::uint64_t delivery, std::uint32_t order = 0) {
    return {time_point{at}, delivery, &some_outcome, order, 0};
}
due_event webhook(duration at, std::uint64_t delivery, std::uint32_t order = 0) {
    return {time_point{at}, delivery, nullptr, order, 1};
}
bool same(const due_event& a, const due_event& b) {
    return a.at == b.at && a.delivery == b.delivery && a.outcome == b.outcome && a.order == b.order;
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
    const std::vector<due_event> sorted{change(1s, 7),  change(2s, 1, 0),  change(2s, 1, 1),
                                        webhook(2s, 1), webhook(2s, 1, 1), change(2s, 2),
                                        webhook(2s, 3), change(3s, 0)};
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
            CHECK(same(*popped, each));
        }
        CHECK(queue.size() == 0);
    }
}
