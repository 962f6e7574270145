#include <nexo_mock/net/response_writer.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock;

namespace {

const net::shared_headers today{"today"};

}  // namespace

TEST_CASE("a reply is status line, headers and body in one piece") {
    api::response reply;
    reply.status = 202;
    reply.body = "{}";
    reply.headers.emplace_back("Retry-After", "7");
    std::string out;
    append_response(out, reply, net::after_reply::keep_alive, net::body_of::reply, today);
    CHECK(out ==
          "HTTP/1.1 202 Accepted\r\nServer: nexo-mock\r\nDate: today\r\nContent-Type: "
          "application/json\r\n"
          "Content-Length: 2\r\nRetry-After: 7\r\nConnection: keep-alive\r\n\r\n{}");
    out.clear();
    append_response(out, reply, net::after_reply::close, net::body_of::head, today);
    CHECK(out.ends_with("Connection: close\r\n\r\n"));
    CHECK(out.find("Content-Length: 2\r\n") != std::string::npos);
}

TEST_CASE("a reply's own headers take the usual ones' place") {
    api::response reply;
    reply.headers = {{"content-type", "text/html"}, {"SERVER", "another"}, {"Date", "yesterday"}};
    std::string out;
    append_response(out, reply, net::after_reply::close, net::body_of::reply, today);
    CHECK(out ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncontent-type: text/html\r\n"
          "SERVER: another\r\nDate: yesterday\r\nConnection: close\r\n\r\n");
}

TEST_CASE("statuses that have no body are sent without one") {
    for (const int status : {204, 304}) {
        CAPTURE(status);
        api::response reply;
        reply.status = status;
        reply.body = "{}";
        std::string out;
        append_response(out, reply, net::after_reply::keep_alive, net::body_of::reply, today);
        CHECK(out.ends_with("\r\n\r\n"));
        CHECK(out.find("Content-Length") == std::string::npos);
    }
}

TEST_CASE("the date is in the form of HTTP") {
    const auto date = net::http_date();
    CHECK(date.size() == 29);
    CHECK(date.ends_with(" GMT"));
    CHECK(date[3] == ',');
}
