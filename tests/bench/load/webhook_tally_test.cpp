#include "webhook_tally.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace {

std::string webhook(const std::string& type, const std::string& id) {
    return R"({"type":"otp.)" + type + R"(","id":")" + id + R"(","phone":"+84981234567"})";
}

bench::webhook_tally tally_of_two() {
    return bench::webhook_tally{{"otp.delivered", "otp.failed"}};
}

TEST_CASE("a delivery is complete when each of its webhooks has come in order") {
    auto tally = tally_of_two();
    for (const auto* type : {"delivered", "failed"}) {
        CHECK(tally.complete() == 0);
        tally.add(webhook(type, "a"));
    }
    tally.add(webhook("delivered", "b"));
    CHECK(tally.received() == 3);
    CHECK(tally.deliveries() == 2);
    CHECK(tally.complete() == 1);
    CHECK(tally.duplicates() == 0);
    CHECK(tally.out_of_order() == 0);
}

TEST_CASE("a webhook that comes before one that goes before it is out of order") {
    auto tally = tally_of_two();
    tally.add(webhook("failed", "a"));
    tally.add(webhook("delivered", "a"));
    CHECK(tally.out_of_order() == 1);
    CHECK(tally.complete() == 1);
}

TEST_CASE("a webhook that comes again is a duplicate, and completes nothing") {
    auto tally = tally_of_two();
    tally.add(webhook("delivered", "a"));
    tally.add(webhook("delivered", "a"));
    CHECK(tally.duplicates() == 1);
    CHECK(tally.complete() == 0);
}

TEST_CASE("a tally begins anew when it is cleared") {
    auto tally = tally_of_two();
    tally.add(webhook("delivered", "a"));
    tally.clear();
    tally.add(webhook("delivered", "a"));
    CHECK(tally.received() == 1);
    CHECK(tally.duplicates() == 0);
}

TEST_CASE("what is no webhook is an error") {
    auto tally = tally_of_two();
    for (const auto& each :
         {std::string{"{}"}, webhook("sent", "a"), std::string{R"({"type":"otp.failed"})"},
          std::string{R"({"type":"otp.failed","id":"a)"}}) {
        CAPTURE(each);
        CHECK_THROWS_AS(tally.add(each), std::runtime_error);
    }
}

}  // namespace
