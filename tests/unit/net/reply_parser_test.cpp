#include <nexo_mock/net/reply_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

struct parsed {
    net::client_reply reply;
    boost::system::error_code error;
    bool is_done = false;
    bool is_interim = false;
};

/// What a parser with a bound of ten bytes makes of the text.
parsed parse(std::string_view text) {
    parsed result;
    net::reply_parser parser{result.reply, 10};
    while (!text.empty() && !result.error && !parser.is_done())
        text.remove_prefix(parser.put(asio::buffer(text), result.error));
    result.is_done = parser.is_done();
    result.is_interim = parser.is_interim();
    return result;
}

}  // namespace

TEST_CASE("status, content type and body of a reply are kept") {
    const auto known = parse(
        "HTTP/1.1 201 Created\r\nServer: x\r\ncontent-type: text/plain\r\n"
        "Content-Length: 4\r\n\r\nseen");
    CHECK(known.is_done);
    CHECK(known.reply.status == 201);
    CHECK(known.reply.content_type == "text/plain");
    CHECK(known.reply.body == "seen");
}

TEST_CASE("a body in chunks is put together, and its trailer says nothing") {
    const auto known = parse(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nse\r\n2\r\nen\r\n0\r\nContent-Type: late\r\n\r\n");
    CHECK(known.is_done);
    CHECK(known.reply.body == "seen");
    CHECK(known.reply.content_type.empty());
}

TEST_CASE("a reply of no chunks may come byte by byte") {
    constexpr std::string_view bytes =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    net::client_reply reply;
    net::reply_parser parser{reply, 10};
    std::string buffer;
    for (const auto byte : bytes) {
        REQUIRE_FALSE(parser.is_done());
        buffer += byte;
        boost::system::error_code ec;
        buffer.erase(0, parser.put(asio::buffer(buffer), ec));
        REQUIRE((!ec || ec == http::error::need_more));
    }
    CHECK(parser.is_done());
    CHECK(reply.status == 200);
}

TEST_CASE("the status of a body beyond the bound is known") {
    const auto announced = parse("HTTP/1.1 503 No\r\nContent-Length: 11\r\n\r\n");
    CHECK(announced.error == http::error::body_limit);
    CHECK(announced.reply.status == 503);
    const auto chunked = parse(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n");
    CHECK(chunked.error == http::error::body_limit);
    CHECK(chunked.reply.status == 200);
    CHECK(chunked.reply.body == "12345678");
}

TEST_CASE("interim replies are told from others") {
    CHECK(parse("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n").is_interim);
    CHECK_FALSE(parse("HTTP/1.1 204 No Content\r\n\r\n").is_interim);
}

TEST_CASE("what another parser left in the reply is gone") {
    net::client_reply reply;
    reply.status = 103;
    reply.content_type = "old";
    reply.body = "old";
    const net::reply_parser parser{reply, 10};
    CHECK(reply.status == 0);
    CHECK(reply.content_type.empty());
    CHECK(reply.body.empty());
}
