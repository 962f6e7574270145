#include <nexo_mock/net/wire_plan.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
using namespace std::chrono_literals;
using domain::fault_kind;
using ending = net::wire_plan::ending;

namespace {

constexpr std::string_view header = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";

std::string reply(std::string_view body = "0123456789") {
    return std::string{header} + std::string{body};
}

net::wire_plan plan(std::string whole, fault_kind kind, domain::duration lasts = {},
                    domain::duration latency = {}) {
    domain::reply_manner manner;
    manner.latency = latency;
    manner.fault = domain::drawn_fault{kind, lasts};
    return net::plan_reply(std::move(whole), manner);
}

}  // namespace

TEST_CASE("a reply that is only late is written whole, and the connection goes on") {
    domain::reply_manner manner;
    manner.latency = 90ms;
    const auto late = net::plan_reply(reply(), manner);
    CHECK(late.wait == 90ms);
    CHECK(late.bytes == reply());
    CHECK(late.pieces == 1);
    CHECK(late.spread == 0s);
    CHECK(late.silence == 0s);
    CHECK(late.then == ending::go_on);
}

TEST_CASE("reset and close send nothing, and differ in the end") {
    for (const auto& whole : {reply(), std::string{}}) {
        const auto reset = plan(whole, fault_kind::reset);
        CHECK(reset.bytes.empty());
        CHECK(reset.silence == 0s);
        CHECK(reset.then == ending::reset);
        const auto close = plan(whole, fault_kind::close);
        CHECK(close.bytes.empty());
        CHECK(close.silence == 0s);
        CHECK(close.then == ending::close);
    }
}

TEST_CASE("a hang is silence of that length, then a close") {
    const auto hang = plan(reply(), fault_kind::hang, 60s);
    CHECK(hang.bytes.empty());
    CHECK(hang.silence == 60s);
    CHECK(hang.then == ending::close);
}

TEST_CASE("a truncated reply has its header and half its body") {
    for (const std::size_t size : {1U, 2U, 5U, 10U, 4001U}) {
        CAPTURE(size);
        const std::string body(size, 'b');
        const auto cut = plan(reply(body), fault_kind::truncate);
        CHECK(cut.bytes == reply(body.substr(0, size / 2)));
        CHECK(cut.then == ending::close);
    }
}

TEST_CASE("a body may look like the end of a header") {
    const std::string_view body = "\r\n\r\n\r\n\r\n";
    CHECK(plan(reply(body), fault_kind::truncate).bytes == reply(body.substr(0, 4)));
}

TEST_CASE("of a truncated reply without a body, such as one to HEAD, half the header comes") {
    const auto cut = plan(reply(""), fault_kind::truncate);
    CHECK(cut.bytes == header.substr(0, header.size() / 2));
    CHECK(cut.then == ending::close);
}

TEST_CASE("garbage is not HTTP, whatever the reply was") {
    for (const auto& whole : {reply(), std::string{}}) {
        const auto garbage = plan(whole, fault_kind::garbage);
        CHECK_FALSE(garbage.bytes.empty());
        CHECK_FALSE(garbage.bytes.starts_with('H'));
        CHECK(garbage.bytes.find("HTTP/") == std::string::npos);
        CHECK(garbage.then == ending::close);
    }
}

TEST_CASE(
    "a slow reply is whole, spread over its time, in as many pieces as it has bytes at most") {
    for (const std::size_t size : {0U, 1U, 2U, 960U, 961U, 962U, 100'000U}) {
        CAPTURE(size);
        const auto whole = reply(std::string(size, 'b'));
        const auto slow = plan(whole, fault_kind::slow, 10s);
        CHECK(slow.bytes == whole);
        CHECK(slow.pieces > 1);
        CHECK(slow.pieces <= whole.size());
        CHECK(slow.pieces <= 1000);
        CHECK(slow.spread == 10s);
        CHECK(slow.silence == 0s);
        CHECK(slow.then == ending::go_on);
    }
}

TEST_CASE("where there is nothing to send slowly, it is one piece") {
    CHECK(plan("", fault_kind::slow, 10s).pieces == 1);
    CHECK(plan("b", fault_kind::slow, 10s).pieces == 1);
}

TEST_CASE("latency comes before any fault") {
    for (const auto kind : domain::all_fault_kinds) {
        CAPTURE(name(kind));
        CHECK(plan(reply(), kind, 1s, 90ms).wait == 90ms);
    }
}
