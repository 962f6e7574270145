#include <nexo_mock/domain/random.hpp>
#include <nexo_mock/domain/wallet.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace nexo_mock::domain;

namespace {

bucket_amounts amounts(std::int64_t balance, std::int64_t bonus, std::int64_t free) {
    return {money::from_micros(balance), money::from_micros(bonus), money::from_micros(free)};
}

bool adds_up(const wallet& of) {
    return of.deposited() == of.total() + of.held() + of.charged();
}

}  // namespace

TEST_CASE("money is spent from free credit first, then bonus credit, then the balance") {
    wallet purse{amounts(100, 100, 100)};
    CHECK(purse.hold(money::from_micros(100), default_spend_order) == amounts(0, 0, 100));
    CHECK(purse.hold(money::from_micros(100), default_spend_order) == amounts(0, 100, 0));
    CHECK(purse.hold(money::from_micros(100), default_spend_order) == amounts(100, 0, 0));
    CHECK(purse.total().is_zero());
}

TEST_CASE("a scenario's spend order is kept to, whichever it is") {
    std::vector<bucket> order{all_buckets.begin(), all_buckets.end()};
    do {
        wallet purse{amounts(10, 10, 10)};
        for (const auto which : order) {
            CAPTURE(name(which));
            const auto drawn =
                purse.hold(money::from_micros(10), spend_order{order[0], order[1], order[2]});
            REQUIRE(drawn.has_value());
            CHECK((*drawn)[which].micros() == 10);
        }
    } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("one send may span all buckets") {
    wallet purse{amounts(100, 7, 5)};
    CHECK(purse.hold(money::from_micros(22), default_spend_order) == amounts(10, 7, 5));
    CHECK(purse.amounts() == amounts(90, 0, 0));
    CHECK(purse.held().micros() == 22);
    CHECK(adds_up(purse));
}

TEST_CASE("a wallet can be emptied to the last micro-dollar and no further") {
    wallet purse{amounts(1, 1, 1)};
    CHECK_FALSE(purse.hold(money::from_micros(4), default_spend_order).has_value());
    CHECK(purse.amounts() == amounts(1, 1, 1));
    CHECK(purse.held().is_zero());
    CHECK(purse.hold(money::from_micros(3), default_spend_order) == amounts(1, 1, 1));
    CHECK(purse.total().is_zero());
    CHECK_FALSE(purse.hold(money::from_micros(1), default_spend_order).has_value());
}

TEST_CASE("what costs nothing can be had with an empty wallet") {
    wallet purse{amounts(0, 0, 0)};
    CHECK(purse.hold(money{}, default_spend_order) == amounts(0, 0, 0));
    CHECK(purse.held().is_zero());
}

TEST_CASE("a refund goes to the very buckets the money came from") {
    wallet purse{amounts(100, 7, 5)};
    const auto drawn = purse.hold(money::from_micros(22), default_spend_order);
    purse.deposit(bucket::free_credit, money::from_micros(50));
    purse.refund(*drawn);
    CHECK(purse.amounts() == amounts(100, 7, 55));
    CHECK(purse.held().is_zero());
    CHECK(purse.charged().is_zero());
    CHECK(adds_up(purse));
}

TEST_CASE("a charge ends the hold and gives nothing back") {
    wallet purse{amounts(100, 0, 0)};
    const auto drawn = purse.hold(money::from_micros(22), default_spend_order);
    purse.charge(*drawn);
    CHECK(purse.amounts() == amounts(78, 0, 0));
    CHECK(purse.held().is_zero());
    CHECK(purse.charged().micros() == 22);
    CHECK(adds_up(purse));
}

TEST_CASE("a deposit counts as put in") {
    wallet purse{amounts(1, 2, 3)};
    CHECK(purse.deposited().micros() == 6);
    purse.deposit(bucket::bonus_credit, money::from_micros(10));
    CHECK(purse.amounts() == amounts(1, 12, 3));
    CHECK(purse.deposited().micros() == 16);
}

TEST_CASE("whatever is held, charged, refunded and put in, the wallet adds up") {
    constexpr std::uint64_t seed = 4711;
    CAPTURE(seed);
    random_stream random{seed};
    wallet purse{amounts(1000, 500, 200)};
    std::vector<bucket_amounts> open;
    for (int i = 0; i < 20'000; ++i) {
        const auto choice = random.between(0, 3);
        if (choice == 0) purse.deposit(all_buckets[random.next() % 3], money::from_micros(11));
        if (choice == 1) {
            const auto cost = money::from_micros(random.between(0, 60));
            const auto drawn = purse.hold(cost, default_spend_order);
            if (drawn) {
                REQUIRE(drawn->total() == cost);
                open.push_back(*drawn);
            }
        }
        if (choice >= 2 && !open.empty()) {
            choice == 2 ? purse.charge(open.back()) : purse.refund(open.back());
            open.pop_back();
        }
        money held;
        for (const auto& each : open)
            held += each.total();
        REQUIRE(purse.held() == held);
        REQUIRE(adds_up(purse));
        for (const auto which : all_buckets)
            REQUIRE(purse.amounts()[which] >= money{});
        if (open.size() > 50) {
            for (const auto& each : open)
                purse.refund(each);
            open.clear();
        }
    }
}

TEST_CASE("buckets have the vendor's names") {
    CHECK(name(bucket::balance) == "balance");
    CHECK(name(bucket::bonus_credit) == "bonus_credit");
    CHECK(name(bucket::free_credit) == "free_credit");
}
