#include "webhook_books.hpp"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>
#include <string>

namespace {

using bench::misdeed;

std::string id(unsigned number) {
    const auto digits = std::to_string(100'000'000'000 + number);
    return "8f2e1c4d-1111-4222-8333-" + digits;
}

std::string body(unsigned number, const std::string& type = "delivered",
                 const std::string& cost = "0.022") {
    return R"({"type":"otp.)" + type + R"(","id":")" + id(number) +
           R"(","phone":"+84981234567","cost":)" + cost + R"(,"error_code":null})";
}

/// The first delivery of that fate.
template <class Fits>
unsigned first_with(Fits fits) {
    unsigned number = 0;
    while (!fits(bench::fate_of(id(number), 0)))
        ++number;
    return number;
}

std::string books_of(const bench::webhook_books& books) {
    return books.to_json();
}

}  // namespace

TEST_CASE("half of the webhooks are taken at once, and one in ten never") {
    unsigned at_once = 0;
    unsigned never = 0;
    std::map<misdeed, unsigned> ways;
    for (unsigned number = 0; number < 100'000; ++number) {
        const auto fate = bench::fate_of(id(number), 0);
        at_once += fate.failures == 0 ? 1 : 0;
        never += fate.failures == bench::webhook_fate::never ? 1 : 0;
        if (fate.failures > 0) ++ways[bench::answer_to(fate, 1)];
    }
    CHECK(at_once > 49'000);
    CHECK(at_once < 51'000);
    CHECK(never > 9'500);
    CHECK(never < 10'500);
    CHECK(ways.size() == 5);
    CHECK(!ways.contains(misdeed::silence));
    for (const auto& [way, count] : ways)
        CHECK(count > 4'500);
}

TEST_CASE("as many of them as asked for are not answered the first time") {
    unsigned silent = 0;
    for (unsigned number = 0; number < 100'000; ++number)
        silent += bench::fate_of(id(number), 100).is_silent ? 1 : 0;
    CHECK(silent > 800);
    CHECK(silent < 1'200);
}

TEST_CASE("a webhook is taken after as many failures as its fate says") {
    bench::webhook_books books{6, 0};
    const auto number = first_with([](const auto& fate) { return fate.failures == 2; });
    CHECK(books.enter("a", body(number)) != misdeed::none);
    CHECK(books.enter("a", body(number)) != misdeed::none);
    CHECK(books.enter("a", body(number)) == misdeed::none);
    CHECK(books_of(books).starts_with(
        R"({"a":{"webhooks":3,"deliveries":1,"delivered":1,"failed":0,"cost_micros":22000,)"
        R"("acknowledged":1,"refused":0,"late":0,"altered":0,)"));
}

TEST_CASE("one that is gone, and one that fails for ever, end without being taken") {
    bench::webhook_books books{6, 0};
    const auto gone = first_with([](const auto& fate) { return fate.is_gone; });
    CHECK(books.enter("a", body(gone)) == misdeed::gone);
    const auto never =
        first_with([](const auto& fate) { return fate.failures > 1'000 - 1 && !fate.is_gone; });
    for (int attempt = 0; attempt < 6; ++attempt)
        CHECK(books.enter("b", body(never, "failed", "0")) != misdeed::none);
    CHECK(books_of(books).find(R"("acknowledged":0,"refused":1,"late":0)") != std::string::npos);
    CHECK(books_of(books).find(R"("b":{"webhooks":6,"deliveries":1,"delivered":0,"failed":1,)"
                               R"("cost_micros":0,"acknowledged":0,"refused":1,"late":0)") !=
          std::string::npos);
}

TEST_CASE("what comes after the end, and what tells something else, is counted") {
    bench::webhook_books books{6, 0};
    const auto number = first_with([](const auto& fate) { return fate.failures == 0; });
    CHECK(books.enter("a", body(number)) == misdeed::none);
    CHECK(books.enter("a", body(number, "failed", "0")) == misdeed::none);
    CHECK(books_of(books).find(R"("acknowledged":1,"refused":0,"late":1,"altered":1)") !=
          std::string::npos);
}

TEST_CASE("costs are added up to the micro-dollar") {
    bench::webhook_books books{6, 0};
    books.enter("a", body(1, "delivered", "0.017013"));
    books.enter("a", body(2, "delivered", "12"));
    books.enter("a", body(3, "delivered", "0.5"));
    CHECK(books_of(books).find(R"("cost_micros":12517013)") != std::string::npos);
    CHECK_THROWS_AS(books.enter("a", body(4, "delivered", "free")), std::runtime_error);
}

TEST_CASE("what is no webhook is refused") {
    bench::webhook_books books{6, 0};
    CHECK_THROWS_AS(books.enter("a", "{}"), std::runtime_error);
    CHECK_THROWS_AS(books.enter("a", body(1, "sent")), std::runtime_error);
}
