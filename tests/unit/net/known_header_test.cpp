#include "fed_reader.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

using namespace nexo_mock;
using progress = net::request_reader::progress;

namespace {

constexpr std::string_view fields = "Host: x\r\nAuthorization: Bearer sk_live_a\r\n\r\n";

std::string get(std::string_view path, std::string_view with = fields) {
    return "GET " + std::string{path} + " HTTP/1.1\r\n" + std::string{with};
}

std::string send(std::string_view body, std::string_view key = "sk_live_a") {
    return "POST /api/v1/send-otp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
           std::string{key} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

/// A connection, and what it made of the latest bytes.
struct connection : fed_reader {
    connection()
        : fed_reader{[] {
              net::limits of;
              of.keep_headers = true;
              return of;
          }()} {}

    progress come(std::string_view bytes) {
        fed_reader::come(bytes);
        return reader.next();
    }
};

void check_same(const api::request& seen, const api::request& expected) {
    CHECK(seen.verb == expected.verb);
    CHECK(seen.target == expected.target);
    CHECK(seen.authorization == expected.authorization);
    CHECK(seen.body == expected.body);
    CHECK(seen.host == expected.host);
    CHECK(seen.control_token == expected.control_token);
    CHECK(seen.headers == expected.headers);
}

/// Requests of all kinds: with fields that are known by then, and such as must be parsed.
const std::array requests{
    get("/api/v1/balance"),
    get("/api/v1/balance"),
    get("/api/v1/deliveries/1?a=b"),
    "HEAD /api/v1/balance HTTP/1.1\r\n" + std::string{fields},
    "NONSENSE /api/v1/balance HTTP/1.1\r\n" + std::string{fields},
    "GET /api/v1/balance HTTP/1.0\r\n" + std::string{fields},
    "GET http://x/api/v1/balance HTTP/1.1\r\n" + std::string{fields},
    get("/_mock/clock"),
    get("/metrics"),
    get("/"),
    get("/api/v1/balance", "Host: x\r\n\r\n"),
    get("/api/v1/balance", "Host: x\r\nConnection: close\r\n\r\n"),
    get("/_mock/health", "Host: x\r\nX-Mock-Token: t\r\n\r\n"),
    send("{}"),
    send("{\"phone\": 1}"),
    send("{\"phone\": 2}"),
    send("{\"phone\": 3}", "sk_live_b"),
    send(""),
    std::string{"POST /api/v1/send-otp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "2\r\n{}\r\n0\r\n\r\n"},
    std::string{"POST /api/v1/send-otp HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                "Content-Length: 2\r\n\r\n{}"},
};

}  // namespace

TEST_CASE("a request is the same, whatever came before it on its connection") {
    std::mt19937 random{42};
    for (int round = 0; round < 200; ++round) {
        connection of;
        for (int i = 0; i < 40; ++i) {
            const auto& next = requests[random() % requests.size()];
            CAPTURE(next);
            connection fresh;
            REQUIRE(fresh.come(next) == progress::complete);
            const auto first = random() % 4 == 0 ? random() % next.size() : next.size();
            auto made = of.come(std::string_view{next}.substr(0, first));
            if (first < next.size()) {
                REQUIRE(made != progress::complete);
                made = of.come(std::string_view{next}.substr(first));
            }
            REQUIRE(made == progress::complete);
            REQUIRE_FALSE(of.reader.has_unread());
            CHECK(of.reader.keeps_alive() == fresh.reader.keeps_alive());
            check_same(of.request, fresh.request);
        }
    }
}

TEST_CASE("pipelined requests with known fields end where they end") {
    connection of;
    CHECK(of.come(send("{\"a\": 1}") + send("{\"a\": 2}") + get("/api/v1/balance")) ==
          progress::complete);
    CHECK(of.request.body == "{\"a\": 1}");
    CHECK(of.reader.next() == progress::complete);
    CHECK(of.request.body == "{\"a\": 2}");
    CHECK(of.reader.next() == progress::complete);
    CHECK(of.request.target == "/api/v1/balance");
    CHECK(of.reader.next() == progress::idle);
}

TEST_CASE("what is refused on a new connection is refused behind a request with the same fields") {
    constexpr std::array<std::string_view, 9> lines{
        "GET /api/v1/balance HTTP/1.1 ",
        "GET /api/v1/balance HTTP/2.0",
        "GET /api/v1/balance",
        "GET  /api/v1/balance HTTP/1.1",
        " GET /api/v1/balance HTTP/1.1",
        "G\x01T /api/v1/balance HTTP/1.1",
        "GET /api/v1/bal\nance HTTP/1.1",
        "GET /api/v1/bal\rance HTTP/1.1",
        "",
    };
    for (const auto line : lines) {
        CAPTURE(line);
        connection of;
        REQUIRE(of.come(get("/api/v1/balance")) == progress::complete);
        const auto bad = std::string{line} + "\r\n" + std::string{fields};
        connection fresh;
        CHECK(fresh.come(bad) == progress::refused);
        CHECK(of.come(bad) == progress::refused);
        CHECK(of.reader.error() == fresh.reader.error());
    }
}

TEST_CASE("known fields behind a long line are within the limits of any header") {
    const auto limit = net::limits{}.header_bytes;
    bool was_refused = false;
    for (auto length = limit - 300; length < limit + 300; length += 13) {
        CAPTURE(length);
        const auto next = get("/" + std::string(length, 'a'));
        connection fresh;
        connection of;
        REQUIRE(of.come(get("/api/v1/balance")) == progress::complete);
        const auto made = of.come(next);
        CHECK(made == fresh.come(next));
        was_refused = was_refused || made == progress::refused;
    }
    CHECK(was_refused);
}
