#include <nexo_mock/net/request_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace nexo_mock;

namespace {

constexpr const char* with_body =
    "POST /api/v1/send-otp?x=1 HTTP/1.1\r\nHost: a\r\nauthorization: Bearer sk_live_a\r\n"
    "Content-Length: 4\r\n\r\nbody";

struct parsing {
    api::request request;
    net::limits limits;
    net::request_parser parser{request, limits};

    boost::system::error_code put(std::string_view bytes, std::size_t& consumed) {
        boost::system::error_code ec;
        consumed = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
        return ec;
    }
};

/// The status a request that is complete in `bytes` is refused with; 0 if it is not.
int refusal_of(const std::string& bytes) {
    parsing test;
    std::size_t consumed = 0;
    std::string rest = bytes;
    for (;;) {
        const auto ec = test.put(rest, consumed);
        rest.erase(0, consumed);
        if (ec && ec != boost::beast::http::error::need_more) return net::explain(ec).status;
        if (test.parser.is_done() || ec || rest.empty()) return 0;
    }
}

}  // namespace

TEST_CASE("a body of no chunks may come byte by byte") {
    constexpr std::string_view bytes =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n";
    parsing test;
    std::string buffer;
    for (const auto byte : bytes) {
        REQUIRE_FALSE(test.parser.is_done());
        buffer += byte;
        std::size_t consumed = 0;
        const auto ec = test.put(buffer, consumed);
        REQUIRE((!ec || ec == boost::beast::http::error::need_more));
        buffer.erase(0, consumed);
    }
    CHECK(test.parser.is_done());
    CHECK(test.request.body.empty());
}

TEST_CASE("a request is the same however its bytes arrive") {
    const std::string bytes = with_body;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        CAPTURE(cut);
        parsing test;
        std::string buffer;
        for (const auto& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
            buffer += part;
            std::size_t consumed = 0;
            const auto ec =
                test.parser.is_done() ? boost::system::error_code{} : test.put(buffer, consumed);
            REQUIRE((!ec || ec == boost::beast::http::error::need_more));
            buffer.erase(0, consumed);
        }
        REQUIRE(test.parser.is_done());
        CHECK(test.request.verb == api::method::post);
        CHECK(test.request.path() == "/api/v1/send-otp");
        CHECK(test.request.query() == "x=1");
        CHECK(test.request.authorization == "Bearer sk_live_a");
        CHECK(test.request.body == "body");
    }
}

TEST_CASE("Host is there once in HTTP/1.1 and at most once in HTTP/1.0") {
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(refusal_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n") == 400);
    CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
}

TEST_CASE("two Authorizations are one too many") {
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: a\r\n\r\n") ==
          400);
}

TEST_CASE("a control call may carry more than a call of the vendor's") {
    const std::string tail = " HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n";
    CHECK(refusal_of("POST /api/v1/send-otp" + tail) == 413);
    CHECK(refusal_of("PUT /_mock/state" + tail) == 0);
}

TEST_CASE("what a browser has already is told of for control calls alone, and never for the next") {
    const auto parse = [](parsing& test, std::string_view path) {
        std::size_t consumed = 0;
        const auto bytes = "GET " + std::string{path} +
                           " HTTP/1.1\r\nHost: a\r\nif-none-match: W/\"1\", \"2\"\r\n\r\n";
        CHECK_FALSE(test.put(bytes, consumed));
    };
    parsing page;
    parse(page, "/_mock/ui/app.js");
    CHECK(page.request.if_none_match == R"(W/"1", "2")");
    const net::request_parser next{page.request, page.limits};
    CHECK(page.request.if_none_match.empty());
    parsing vendors;
    parse(vendors, "/api/v1/balance");
    CHECK(vendors.request.if_none_match.empty());
}

TEST_CASE("a header beyond its limit is 431") {
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n") ==
          431);
}

TEST_CASE("trailers of a chunked body change nothing") {
    parsing test;
    std::string bytes =
        "POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk_live_a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n"
        "4\r\nbody\r\n0\r\nAuthorization: Bearer sk_live_b\r\nHost: b\r\n\r\n";
    while (!test.parser.is_done()) {
        std::size_t consumed = 0;
        REQUIRE_FALSE(test.put(bytes, consumed));
        bytes.erase(0, consumed);
    }
    CHECK(test.request.authorization == "Bearer sk_live_a");
    CHECK(test.request.body == "body");
}

TEST_CASE("headers are kept in order where they are wanted, and only there") {
    for (const bool wanted : {false, true}) {
        CAPTURE(wanted);
        parsing test;
        test.limits.keep_headers = wanted;
        std::size_t consumed = 0;
        const auto ec = test.put(with_body, consumed);
        REQUIRE((!ec || ec == boost::beast::http::error::need_more));
        CHECK(test.request.headers.size() == (wanted ? 3U : 0U));
        if (!wanted) continue;
        CHECK(test.request.headers[0] == std::pair<std::string, std::string>{"Host", "a"});
        CHECK(test.request.headers[1].first == "authorization");
        CHECK(test.request.headers[2].second == "4");
    }
}
