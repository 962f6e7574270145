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

/// The status a request that comes in pieces of that size is refused with; 0 if it is not.
int refusal_of(const std::string& bytes, std::size_t piece) {
    parsing test;
    std::size_t consumed = 0;
    std::string unread;
    for (std::size_t begin = 0; begin < bytes.size(); begin += piece) {
        unread += bytes.substr(begin, piece);
        for (;;) {
            const auto ec = test.put(unread, consumed);
            unread.erase(0, consumed);
            if (ec && ec != boost::beast::http::error::need_more) return net::explain(ec).status;
            if (test.parser.is_done()) return 0;
            if (ec || unread.empty()) break;
        }
    }
    return 0;
}

/// The same whether it comes at once or byte by byte; what is long comes in pieces, for a beginning
/// is read again with each.
int refusal_of(const std::string& bytes) {
    const auto whole = refusal_of(bytes, bytes.size());
    CHECK(refusal_of(bytes, bytes.size() < 1'000 ? 1 : 61) == whole);
    return whole;
}

/// The refusal of a request with these lines in its header, and this after it.
int refusal_with(const std::string& lines, const std::string& body = {}) {
    return refusal_of("POST /api/v1/send-otp HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n" + body);
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

TEST_CASE("Host is a name or an address, with a port or without") {
    for (const auto* good :
         {"a", "a:80", "a:", "", "a_b.c-d", "127.0.0.1:8484", "[::1]", "[::1]:1"}) {
        CAPTURE(good);
        CHECK(refusal_of("GET / HTTP/1.1\r\nHost: " + std::string{good} + "\r\n\r\n") == 0);
    }
    for (const auto* bad : {"u@a", "a/b", "a, b", "a b", "a:b", "[::1", "[]", "::1", "\xc4\x91"}) {
        CAPTURE(bad);
        CHECK(refusal_of("GET / HTTP/1.1\r\nHost: " + std::string{bad} + "\r\n\r\n") == 400);
    }
}

TEST_CASE("a transfer coding that is not read here never hides where the body ends") {
    const std::string name = "Transfer-Encoding: ";
    CHECK(refusal_with(name + "chunked", "0\r\n\r\n") == 0);
    CHECK(refusal_with(name + "gzip, chunked") == 501);
    for (const auto* bad : {"gzip", "chunked, gzip", "chunked, chunked", "identity", "", "xchunked",
                            "chunked;q=1", "\"chunked\"", "x\tchunked;"}) {
        CAPTURE(bad);
        CHECK(refusal_with(name + bad) == 400);
        CHECK(refusal_with("Content-Length: 0\r\n" + name + bad) == 400);
        CHECK(refusal_with(name + bad + "\r\nContent-Length: 0") == 400);
    }
    CHECK(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("the lines between chunks hold nothing that another parser could read in another way") {
    const auto refusal_of_chunks = [](const std::string& body) {
        return refusal_with("Transfer-Encoding: chunked", body);
    };
    for (const auto* good : {"1\r\na\r\n0\r\n\r\n", "01;x=\"a;\\\"\"\r\na\r\n00\r\nX: y\r\n\r\n"}) {
        CAPTURE(good);
        CHECK(refusal_of_chunks(good) == 0);
    }
    for (const auto* bad :
         {"+1\r\n", "0x1\r\n\r\n", "1\n", "1\ra", ";x\r\n", "1;x=\"\n\"\r\n", "1;x=\"\x01\"\r\n",
          "1;x=\"\r\n", "0;x=\"\r\n", "1\r\nab", "1\r\na\n", "0\r\nX: y\n"}) {
        CAPTURE(bad);
        CHECK(refusal_of_chunks(bad) == 400);
    }
    CHECK(refusal_of_chunks("1;x=\"\x7f\"\r\na\r\n0\r\n\r\n") == 400);
}

TEST_CASE("a version that is not spoken is 505, and none at all 400") {
    for (const auto* other : {"2.0", "0.9", "1.2", "3.0"}) {
        CHECK(refusal_of("GET / HTTP/" + std::string{other} + "\r\nHost: a\r\n\r\n") == 505);
    }
    CHECK(refusal_of("GET / HTTP/0.1") == 505);  // the end of the line is still to come
    CHECK(refusal_of("GET /\t HTTP/0.1") == 400);
    for (const auto* none : {"http/1.1", "HTTP/1", "HTTP/1.10", "HTTP/a.b", "FTP/1.1", ""}) {
        CAPTURE(none);
        CHECK(refusal_of("GET / " + std::string{none} + "\r\n") == 400);
    }
}

TEST_CASE("a target without an end is 414, a method without one 501") {
    CHECK(refusal_of("GET /" + std::string(20'000, 'x')) == 414);
    CHECK(refusal_of(std::string(20'000, 'X')) == 501);
    CHECK(refusal_of("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
}

TEST_CASE("a target is a path, or a URL whose host outdoes the header's") {
    struct expected {
        const char* target;
        const char* path;
        const char* host;
    };
    for (const auto& [target, path, host] :
         {expected{"/_mock/x?y=http://z/", "/_mock/x?y=http://z/", "a"},
          expected{"http://b:1/_mock/x", "/_mock/x", "b:1"},
          expected{"HTTPS://b/_mock/x?y", "/_mock/x?y", "b"}, expected{"http://b?y", "/?y", "b"},
          expected{"http://b", "/", "b"}}) {
        CAPTURE(target);
        parsing test;
        std::size_t consumed = 0;
        const auto bytes = "GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n\r\n";
        CHECK_FALSE(test.put(bytes, consumed));
        CHECK(test.request.target == path);
        CHECK(test.request.host == host);
    }
    for (const auto* bad : {"x", "x?y=http://z/", "*", "a:80", "http:///x", "http://:1/x",
                            "ftp://b/x", "http://u@b/x", "/\xc4\x91", "/x#y", "/<", "/\x01"}) {
        CAPTURE(bad);
        CHECK(refusal_of("GET " + std::string{bad} + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    }
    CHECK(refusal_of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
}

TEST_CASE("lines end with CR LF, which is found out before the header is whole") {
    for (const auto* bad : {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n", "GET / HTTP/1.1\rH",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: y\rz", "G\r\n", "\r\nG(", "\n"}) {
        CAPTURE(bad);
        CHECK(refusal_of(bad) == 400);
    }
}

TEST_CASE("empty lines before a request are passed over, however they come") {
    CHECK(refusal_of("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(refusal_of("\r\r\n") == 400);
}

TEST_CASE("HTTP/1.0 keeps a connection that is not closed too, and waits for no 100") {
    const auto parse = [](parsing& test, const std::string& version, const std::string& lines) {
        std::size_t consumed = 0;
        CHECK_FALSE(test.put("GET / HTTP/" + version + "\r\nHost: a\r\nExpect: 100-continue\r\n" +
                                 lines + "\r\n\r\n",
                             consumed));
    };
    for (const auto* version : {"1.0", "1.1"}) {
        const bool is_1_1 = std::string_view{version} == "1.1";
        parsing kept;
        parse(kept, version, "Connection: keep-alive");
        CHECK(kept.parser.keep_alive());
        CHECK(kept.parser.expects_continue() == is_1_1);
        parsing closed;
        parse(closed, version, "Connection: keep-alive, close");
        CHECK_FALSE(closed.parser.keep_alive());
    }
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

TEST_CASE("a control call that is a webhook is known for one, and the next is not") {
    std::size_t consumed = 0;
    parsing test;
    CHECK_FALSE(
        test.put("POST /_mock/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                 "x-nexo-event-type: otp.delivered\r\n\r\n",
                 consumed));
    CHECK(test.request.is_webhook);
    const net::request_parser next{test.request, test.limits};
    CHECK_FALSE(test.request.is_webhook);
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
