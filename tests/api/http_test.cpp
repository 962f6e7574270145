#include <support/http.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;
using namespace std::string_literals;

namespace {

constexpr const char* good_body = R"({"phone":"+84981234567","code":"482917"})";

std::string status_line(const std::string& reply) {
    return reply.substr(0, reply.find('\r'));
}

}  // namespace

TEST_CASE("a connection is kept alive from one request to the next") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    for (int i = 0; i < 3; ++i) {
        to.write(request_text("GET", "/api/v1/balance", "sk_live_a"));
        const auto reply = to.read();
        CHECK(reply.result_int() == 200);
        CHECK(reply["Connection"] == "keep-alive");
        CHECK(reply["Content-Type"] == "application/json");
    }
}

TEST_CASE("pipelined requests are answered in order, even cut at every byte") {
    server mock{options_for(delivers)};
    const auto both = request_text("POST", "/api/v1/send-otp", "sk_live_a", good_body) +
                      request_text("GET", "/api/v1/balance", "sk_live_a") +
                      request_text("GET", "/nothing", "sk_live_a");
    for (std::size_t cut = 0; cut <= both.size(); cut += 7) {
        CAPTURE(cut);
        mock.port();
        connection to{mock.port()};
        to.write(request_text("POST", "/_mock/reset", "sk_live_a"));
        CHECK(to.read().result_int() == 200);
        to.write(both.substr(0, cut));
        to.write(both.substr(cut));
        CHECK(to.read().result_int() == 202);
        CHECK(json_field(to.read().body(), "balance") == "0.088");
        CHECK(to.read().result_int() == 404);
    }
}

TEST_CASE("many pipelined requests are all answered, whatever the limit of one write") {
    auto options = options_for(delivers);
    options.net.pipelined_bytes = 512;
    server mock{options};
    connection to{mock.port()};
    std::string all;
    for (int i = 0; i < 500; ++i)
        all += request_text("GET", "/api/v1/balance", "sk_live_a");
    to.write(all);
    for (int i = 0; i < 500; ++i)
        REQUIRE(to.read().result_int() == 200);
}

TEST_CASE("HEAD is answered as GET, without the body") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write(request_text("HEAD", "/api/v1/balance", "sk_live_a"));
    const auto head = to.read("HEAD");
    CHECK(head.result_int() == 200);
    CHECK(head["Content-Length"] == "86");
    to.write(request_text("GET", "/api/v1/balance", "sk_live_a"));
    CHECK(to.read().body().size() == 86);
}

TEST_CASE("chunked bodies are read like others") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write(request_text("POST", "/api/v1/send-otp", "sk_live_a", {},
                          "Transfer-Encoding: chunked\r\n"));
    to.write("a;note=x\r\n{\"phone\":\"\r\n");
    to.write("1d\r\n+84981234567\",\"code\":\"482917\"\r\n1\r\n}\r\n");
    to.write("0\r\nAuthorization: Bearer sk_live_b\r\n\r\n");
    const auto reply = to.read();
    CHECK(reply.result_int() == 202);
    CHECK(json_field(reply.body(), "balance") == "0.088");
}

TEST_CASE("Expect: 100-continue is answered before the body is sent") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    const std::string body = good_body;
    to.write(request_text(
        "POST", "/api/v1/send-otp", "sk_live_a", {},
        "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
    CHECK(to.read().result_int() == 100);
    to.write(body);
    CHECK(to.read().result_int() == 202);
}

TEST_CASE("an announced body that is too large is refused before it is sent") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write(request_text("POST", "/api/v1/send-otp", "sk_live_a", {},
                          "Expect: 100-continue\r\nContent-Length: 65537\r\n"));
    const auto reply = to.read();
    CHECK(reply.result_int() == 413);
    CHECK(reply.body() == R"({"ok":false,"error":"payload_too_large"})");
    CHECK(to.is_closed());
}

TEST_CASE("64 KiB of body are read and one byte more is not, chunked or not") {
    server mock{options_for(delivers)};
    const std::string head = R"({"phone":"+84981234567","code":"482917","note":")";
    for (const std::size_t size : {65536U, 65537U}) {
        CAPTURE(size);
        const auto body = head + std::string(size - head.size() - 2, 'x') + "\"}";
        REQUIRE(body.size() == size);
        const auto wanted = size == 65536U ? 202 : 413;
        connection plain{mock.port()};
        plain.write(request_text("POST", "/api/v1/send-otp", "sk_live_a", body));
        CHECK(plain.read().result_int() == wanted);
        connection chunked{mock.port()};
        chunked.write(request_text("POST", "/api/v1/send-otp", "sk_live_a", {},
                                   "Transfer-Encoding: chunked\r\n"));
        chunked.write((size == 65536U ? "10000\r\n" : "10001\r\n") + body + "\r\n0\r\n\r\n");
        CHECK(chunked.read().result_int() == wanted);
    }
}

TEST_CASE("what is no HTTP/1.1 is answered with 400 and a close, never with silence") {
    server mock{options_for(delivers)};
    const std::vector<std::string> bad{
        "hello\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",                        // no Host
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",  // two of them
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\x03\x03",  // a TLS hello
        "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s,
    };
    for (const auto& bytes : bad) {
        CAPTURE(bytes);
        connection to{mock.port()};
        to.write(bytes);
        to.shut_down_sending();
        const auto reply = to.read_to_end();
        CHECK(status_line(reply) == "HTTP/1.1 400 Bad Request");
        CHECK(reply.ends_with(R"({"ok":false,"error":"bad_request"})"));
        CHECK(reply.find("Connection: close") != std::string::npos);
    }
}

TEST_CASE("a request cut off by the client's close is answered with 400") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write("POST /api/v1/send-otp HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}");
    to.shut_down_sending();
    CHECK(status_line(to.read_to_end()) == "HTTP/1.1 400 Bad Request");
}

TEST_CASE("a header beyond its limit is refused with 431") {
    server mock{options_for(delivers)};
    for (const std::string& filler :
         {std::string{"GET / HTTP/1.1\r\nHost: a\r\nX: "} + std::string(20'000, 'x'),
          std::string{
              "POST /api/v1/send-otp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"} +
              std::string(20'000, 'x')}) {
        CAPTURE(filler.substr(0, 30));
        connection to{mock.port()};
        to.write(filler);
        CHECK(to.read().result_int() / 100 == 4);
        CHECK(to.is_closed());
    }
}

TEST_CASE("HTTP/1.0 clients get one reply and a close, unless they ask to stay") {
    server mock{options_for(delivers)};
    connection once{mock.port()};
    once.write("GET /api/v1/balance HTTP/1.0\r\nAuthorization: Bearer sk_live_a\r\n\r\n");
    CHECK(once.read().result_int() == 200);
    CHECK(once.is_closed());
    connection stays{mock.port()};
    for (int i = 0; i < 2; ++i) {
        stays.write(
            "GET /api/v1/balance HTTP/1.0\r\nConnection: keep-alive\r\n"
            "Authorization: Bearer sk_live_a\r\n\r\n");
        CHECK(stays.read().result_int() == 200);
    }
}

TEST_CASE("Connection: close is obeyed") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write(request_text("GET", "/api/v1/balance", "sk_live_a", {}, "Connection: close\r\n"));
    const auto reply = to.read();
    CHECK(reply["Connection"] == "close");
    CHECK(to.is_closed());
}

TEST_CASE("an empty line before a request is no request") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    for (int i = 0; i < 2; ++i) {
        to.write("\r\n" + request_text("GET", "/api/v1/balance", "sk_live_a") + "\r\n");
        CHECK(to.read().result_int() == 200);
    }
}

TEST_CASE("the absolute form of a target means its path") {
    server mock{options_for(delivers)};
    connection to{mock.port()};
    to.write(request_text("GET", "http://nexoroute.dev/api/v1/balance?x=1", "sk_live_a"));
    CHECK(to.read().result_int() == 200);
}

TEST_CASE("each phase of a connection has its time-out") {
    auto options = options_for(delivers);
    options.net.sweep = std::chrono::milliseconds{5};
    options.net.idle = options.net.header = options.net.body = std::chrono::milliseconds{20};
    server mock{options};
    connection idle{mock.port()};
    CHECK(idle.is_closed());
    const auto begun_send =
        request_text("POST", "/api/v1/send-otp", "sk_live_a", {}, "Content-Length: 9\r\n");
    for (const auto& begun : {std::string{"GET /api/v1/bal"}, begun_send}) {
        connection slow{mock.port()};
        slow.write(begun);
        const auto told = slow.read();
        CHECK(told.result_int() == 408);
        CHECK(told.body() == R"({"ok":false,"error":"request_timeout"})");
        CHECK(slow.is_closed());
    }
}

TEST_CASE("connections beyond the limit are closed, the others go on") {
    auto options = options_for(delivers);
    options.net.connections = 2;
    server mock{options};
    client first{mock.port(), "sk_live_a"};
    client second{mock.port(), "sk_live_a"};
    CHECK(first.get("/api/v1/balance").result_int() == 200);
    CHECK(second.get("/api/v1/balance").result_int() == 200);
    connection third{mock.port()};
    CHECK(third.is_closed());
    CHECK(first.get("/api/v1/balance").result_int() == 200);
}

TEST_CASE("a port in use is an error that names it") {
    server first{options_for(delivers)};
    auto options = options_for(delivers);
    options.port = first.port();
    try {
        server second{options};
        FAIL("it listens twice");
    } catch (const std::runtime_error& e) {
        const std::string why = e.what();
        CHECK(why == "can't listen on 127.0.0.1:" + std::to_string(first.port()) +
                         ": Address already in use");
    }
}
