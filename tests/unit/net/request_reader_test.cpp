#include "fed_reader.hpp"

#include <boost/beast/http/error.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
using progress = net::request_reader::progress;

namespace {

constexpr std::string_view a_request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("what has come is cut into requests, one at a time") {
    fed_reader of;
    CHECK(of.reader.next() == progress::idle);
    of.come(std::string{a_request} + "\r\n\r\nGET /b HTTP/1.0\r\n\r\nGET /c");
    CHECK(of.reader.next() == progress::complete);
    CHECK(of.request.target == "/a");
    CHECK(of.reader.keeps_alive());
    CHECK(of.reader.next() == progress::complete);
    CHECK(of.request.target == "/b");
    CHECK_FALSE(of.reader.keeps_alive());
    CHECK_FALSE(of.reader.is_partial());
    CHECK(of.reader.next() == progress::partial);
    CHECK(of.reader.is_partial());
    CHECK_FALSE(of.reader.is_header_done());
}

TEST_CASE("a request that comes byte by byte is the same request") {
    fed_reader of;
    const std::string whole =
        "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    const auto last = whole.size() - 1;
    for (std::size_t at = 0; at <= last; ++at) {
        CAPTURE(at);
        of.come(std::string_view{whole}.substr(at, 1));
        REQUIRE(of.reader.next() == (at < last ? progress::partial : progress::complete));
    }
    CHECK(of.request.body == "abc");
    CHECK_FALSE(of.reader.has_unread());
}

TEST_CASE("empty lines between requests begin none") {
    fed_reader of;
    of.come("\r\n\r\n");
    CHECK(of.reader.next() == progress::idle);
    CHECK_FALSE(of.reader.is_partial());
    CHECK_FALSE(of.reader.has_unread());
    of.come("\r\n\r");
    CHECK(of.reader.next() == progress::partial);
    of.come("\n");
    CHECK(of.reader.next() == progress::idle);
    CHECK_FALSE(of.reader.is_partial());
    CHECK_FALSE(of.reader.has_unread());
}

TEST_CASE("each request that expects it is told once to continue") {
    fed_reader of;
    for (int i = 0; i < 2; ++i) {
        of.come("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        CHECK(of.reader.next() == progress::partial);
        CHECK(of.reader.is_header_done());
        CHECK(of.reader.asks_to_continue());
        CHECK_FALSE(of.reader.asks_to_continue());
        of.come("ab");
        CHECK(of.reader.next() == progress::complete);
        CHECK_FALSE(of.reader.asks_to_continue());
    }
}

TEST_CASE("what is no request, and a header without end, is refused") {
    fed_reader garbage;
    garbage.come("garbage\r\n\r\n");
    CHECK(garbage.reader.next() == progress::refused);
    CHECK(garbage.reader.error() != boost::beast::http::error::header_limit);

    fed_reader endless;
    endless.come("GET / HTTP/1.1\r\nHost: x\r\nA: ");
    while (endless.reader.next() == progress::partial)
        endless.come(std::string(1'000, 'a'));
    CHECK(endless.reader.error() == boost::beast::http::error::header_limit);
}
