#include "reply_reader.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace {

const std::string sent = "HTTP/1.1 202 Accepted\r\nServer: x\r\ncontent-LENGTH: 4\r\n\r\n{\"a\"";

TEST_CASE("a reply is taken off the front, and what follows is left") {
    const auto front = bench::read_reply(sent + "HTTP/1.1 200 OK\r\n");
    REQUIRE(front);
    CHECK(front->size == sent.size());
    CHECK(front->status == 202);
    CHECK(!front->is_last);
}

TEST_CASE("a reply of which any byte is missing is not there yet") {
    for (std::size_t size = 0; size < sent.size(); ++size) {
        CAPTURE(size);
        CHECK(!bench::read_reply(std::string_view{sent}.substr(0, size)));
    }
}

TEST_CASE("a body of chunks ends with the empty one") {
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
    const auto front = bench::read_reply(chunked + "more");
    REQUIRE(front);
    CHECK(front->size == chunked.size());
    CHECK(front->is_last);
    for (std::size_t size = 0; size < chunked.size(); ++size) {
        CAPTURE(size);
        CHECK(!bench::read_reply(std::string_view{chunked}.substr(0, size)));
    }
}

TEST_CASE("a reply without a body ends with its head") {
    const std::string empty = "HTTP/1.1 204 No Content\r\n\r\n";
    const auto front = bench::read_reply(empty);
    REQUIRE(front);
    CHECK(front->size == empty.size());
}

TEST_CASE("what is no HTTP, or has no size, is an error") {
    for (const auto* each :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
        CAPTURE(each);
        CHECK_THROWS_AS(bench::read_reply(each), std::runtime_error);
    }
}

}  // namespace
