#include <nexo_mock/domain/delivery_store.hpp>

#include <doctest/doctest.h>

#include <map>
#include <vector>

using namespace nexo_mock::domain;

namespace {

delivery some_delivery(std::uint64_t seq) {
    return delivery{.phone = *phone_number::parse("+84981234567"),
                    .code = *otp_code::parse("1234"),
                    .seq = seq,
                    .created = {},
                    .completed = {},
                    .drawn = {},
                    .carrier = carrier::viettel};
}

delivery_store store_of(std::uint64_t count) {
    delivery_store store;
    for (std::uint64_t i = 0; i < count; ++i)
        store.append(some_delivery(i), {});
    return store;
}

std::vector<std::uint64_t> newest_first(const delivery_store& store) {
    std::vector<std::uint64_t> ordinals;
    store.newest_first([&](std::uint64_t ordinal, const delivery& each) {
        CHECK(each.seq == ordinal);
        ordinals.push_back(ordinal);
        return true;
    });
    return ordinals;
}

}  // namespace

TEST_CASE("deliveries are found by their ordinals and by no other") {
    auto store = store_of(200);
    CHECK(store.size() == 200);
    CHECK(store.next_ordinal() == 200);
    for (std::uint64_t i = 0; i < 200; ++i) {
        REQUIRE(store.find(i) != nullptr);
        CHECK(store.find(i)->seq == i);
    }
    CHECK(store.find(200) == nullptr);
    CHECK(store.find(1'000'000) == nullptr);
    CHECK(delivery_store{}.find(0) == nullptr);
}

TEST_CASE("a stored delivery never moves") {
    delivery_store store;
    const auto* first = &store.append(some_delivery(0), {});
    for (std::uint64_t i = 1; i < 1000; ++i)
        store.append(some_delivery(i), {});
    for (std::uint64_t i = 1; i < 1000; ++i)
        store.erase(i);
    CHECK(store.find(0) == first);
}

TEST_CASE("an erased delivery is gone and erasing it again does nothing") {
    auto store = store_of(100);
    store.erase(50);
    store.erase(50);
    store.erase(1000);
    CHECK(store.size() == 99);
    CHECK(store.find(50) == nullptr);
    CHECK(store.find(49) != nullptr);
    CHECK(store.find(51) != nullptr);
    CHECK(store.next_ordinal() == 100);
}

TEST_CASE("a store goes on counting after it was emptied at any point of a chunk") {
    for (std::uint64_t count = 1; count < 200; ++count) {
        CAPTURE(count);
        auto store = store_of(count);
        for (std::uint64_t i = 0; i < count; ++i)
            store.erase(i);
        CHECK(store.size() == 0);
        CHECK(newest_first(store).empty());
        store.append(some_delivery(count), {});
        store.append(some_delivery(count + 1), {});
        CHECK(store.find(count)->seq == count);
        CHECK(store.find(count - 1) == nullptr);
        CHECK(newest_first(store) == std::vector<std::uint64_t>{count + 1, count});
    }
}

TEST_CASE("the newest come first over holes of any size") {
    auto store = store_of(400);
    for (std::uint64_t i = 1; i < 399; ++i) {
        if (i != 200) store.erase(i);
    }
    CHECK(newest_first(store) == std::vector<std::uint64_t>{399, 200, 0});
    store.erase(0);
    CHECK(newest_first(store) == std::vector<std::uint64_t>{399, 200});
    store.erase(399);
    CHECK(newest_first(store) == std::vector<std::uint64_t>{200});
}

TEST_CASE("a store that skips ordinals is as one in which they were erased") {
    for (const std::uint64_t first : {0U, 1U, 63U, 64U, 65U, 200U}) {
        for (const std::uint64_t hole : {0U, 1U, 62U, 63U, 64U, 65U, 128U, 300U}) {
            CAPTURE(first);
            CAPTURE(hole);
            delivery_store store;
            store.skip_to(first);
            CHECK(store.size() == 0);
            CHECK(newest_first(store).empty());
            store.append(some_delivery(first), {});
            const auto second = first + 1 + hole;
            store.skip_to(second);
            store.append(some_delivery(second), {});
            store.skip_to(second + 1 + hole);

            CHECK(newest_first(store) == std::vector<std::uint64_t>{second, first});
            CHECK(store.size() == 2);
            for (auto i = first + 1; i < second; ++i)
                REQUIRE(store.find(i) == nullptr);
            store.erase(first);
            store.append(some_delivery(second + 1 + hole), {});
            CHECK(newest_first(store) == std::vector<std::uint64_t>{second + 1 + hole, second});
        }
    }
}

TEST_CASE("a visitor stops when it has seen enough") {
    const auto store = store_of(100);
    int visited = 0;
    store.newest_first([&](std::uint64_t, const delivery&) { return ++visited < 3; });
    CHECK(visited == 3);
}

TEST_CASE("a scenario lives as long as a delivery that points into it") {
    delivery_store store;
    auto first = std::make_shared<const scenario>();
    auto second = std::make_shared<const scenario>();
    const std::weak_ptr<const scenario> watched_first = first;
    const std::weak_ptr<const scenario> watched_second = second;
    store.append(some_delivery(0), {first});
    store.append(some_delivery(1), {second});
    first.reset();
    second.reset();
    CHECK_FALSE(watched_first.expired());
    CHECK_FALSE(watched_second.expired());
    store.erase(0);
    CHECK_FALSE(watched_second.expired());
    store.erase(1);
    CHECK(watched_first.expired());
    CHECK(watched_second.expired());
}

TEST_CASE("what decided a delivery is told of each, however many there are in a chunk") {
    const auto keeps = std::make_shared<const scenario>();
    std::vector<rule> rules(100);
    std::vector<step> steps(100);
    delivery_store store;
    const auto cause_of = [&](std::uint64_t i) {
        if (i % 7 == 0) return delivery_cause{keeps};
        return delivery_cause{keeps, &rules[i * i % 100], &steps[i % 100]};
    };
    for (std::uint64_t i = 0; i < 1000; ++i)
        store.append(some_delivery(i), cause_of(i));
    for (std::uint64_t i = 0; i < 1000; i += 3)
        store.erase(i);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        if (i % 3 != 0) REQUIRE(store.cause_of(i) == cause_of(i));
    }
}

TEST_CASE("a store does what a plain map does") {
    constexpr std::uint64_t seed = 99;
    CAPTURE(seed);
    random_stream random{seed};
    delivery_store store;
    std::map<std::uint64_t, std::uint64_t, std::greater<>> model;
    for (int i = 0; i < 20'000; ++i) {
        const auto next = store.next_ordinal();
        if (random.uniform() < 0.5) {
            store.append(some_delivery(next), {});
            model.emplace(next, next);
        } else if (next != 0) {
            const auto span = std::min<std::uint64_t>(next, 300);
            const auto victim = next - 1 - random.next() % span;
            store.erase(victim);
            model.erase(victim);
        }
        REQUIRE(store.size() == model.size());
    }
    std::vector<std::uint64_t> expected;
    for (const auto& each : model)
        expected.push_back(each.first);
    CHECK(newest_first(store) == expected);
}
