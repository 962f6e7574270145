#include <nexo_mock/domain/fault.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

TEST_CASE("every fault has a name of its own, and none is missing from the list") {
    std::set<std::string_view> names;
    for (const auto kind : all_fault_kinds) {
        CHECK_FALSE(name(kind).empty());
        CHECK(names.insert(name(kind)).second);
    }
    CHECK(all_fault_kinds.size() == static_cast<std::size_t>(fault_kind::slow) + 1);
}

TEST_CASE("a client sees a reply through truncate and slow alone") {
    for (const auto kind : all_fault_kinds) {
        CAPTURE(name(kind));
        CHECK(shows_reply(kind) == (kind == fault_kind::truncate || kind == fault_kind::slow));
    }
}

TEST_CASE("hang lasts a minute and slow ten seconds, and no other takes time") {
    random_stream random{42};
    for (const auto kind : all_fault_kinds) {
        CAPTURE(name(kind));
        const auto usual = fault::usual(kind);
        CHECK(usual.kind == kind);
        const auto lasts = usual.lasts.sample(random);
        CHECK(takes_time(kind) == (lasts > 0s));
        if (kind == fault_kind::hang) CHECK(lasts == 60s);
        if (kind == fault_kind::slow) CHECK(lasts == 10s);
        CHECK(lasts <= longest_hold);
    }
}

TEST_CASE("a reply goes out plainly unless a latency or a fault is in its way") {
    reply_manner manner;
    CHECK(manner.goes_out_plainly());
    manner.after_webhook = true;  // it comes later, and then as any other
    CHECK(manner.goes_out_plainly());
    manner.latency = 1us;
    CHECK_FALSE(manner.goes_out_plainly());
    manner.latency = {};
    manner.fault = drawn_fault{};
    CHECK_FALSE(manner.goes_out_plainly());
}
