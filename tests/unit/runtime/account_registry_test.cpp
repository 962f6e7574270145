#include <nexo_mock/runtime/account_registry.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace nexo_mock;

namespace {

runtime::account_ptr made(std::string_view key, std::uint64_t number) {
    const runtime::sim_clock clock{{}, support::begin, {}};
    return std::make_shared<runtime::account>(std::string{key}, number, clock,
                                              support::world_of(support::rules_of("")));
}

}  // namespace

TEST_CASE("accounts are found again and listed in order of appearance") {
    runtime::account_registry registry{100};
    for (const auto* key : {"c", "a", "b"}) {
        registry.find_or_add(key, [&](std::uint64_t number) { return made(key, number); });
    }
    const auto again = registry.find_or_add("a", [](std::uint64_t) -> runtime::account_ptr {
        FAIL("it is there already");
        return nullptr;
    });
    CHECK(again->key == "a");
    CHECK(registry.find("x") == nullptr);
    std::string order;
    for (const auto& each : registry.all())
        order += each->key;
    CHECK(order == "cab");
    CHECK(registry.clear().size() == 3);
    CHECK(registry.size() == 0);
    CHECK(registry.find("a") == nullptr);
}

TEST_CASE("there are never more accounts than may be, whoever asks at once") {
    runtime::account_registry registry{50};
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                const auto key = std::to_string(t) + '-' + std::to_string(i);
                const auto got = registry.find_or_add(
                    key, [&](std::uint64_t number) { return made(key, number); });
                if (!got) ++refused;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    CHECK(registry.size() == 50);
    CHECK(refused == 50);
}
