#include <nexo_mock/codec/http_url.hpp>

#include <doctest/doctest.h>

using nexo_mock::codec::http_url;

TEST_CASE("a URL is taken apart as a client needs it") {
    const auto plain = http_url::parse("http://localhost:3000/webhooks/nexo?a=b");
    REQUIRE(plain);
    CHECK_FALSE(plain->is_tls);
    CHECK(plain->host == "localhost");
    CHECK(plain->port == "3000");
    CHECK(plain->target == "/webhooks/nexo?a=b");
    CHECK(plain->authority == "localhost:3000");

    const auto bare = http_url::parse("https://example.com");
    REQUIRE(bare);
    CHECK(bare->is_tls);
    CHECK(bare->port == "443");
    CHECK(bare->target == "/");

    const auto v6 = http_url::parse("http://[::1]:80?x");
    REQUIRE(v6);
    CHECK(v6->host == "::1");
    CHECK(v6->authority == "[::1]:80");
    CHECK(v6->target == "/?x");
}

TEST_CASE("what is no URL of the two schemes is none") {
    for (const auto* text : {"", "localhost:3000", "ftp://a/", "http://", "http:///x", "/path",
                             "http://a b/", "http:// x/", "http://localhost:port/", "https://:80/",
                             "http://a:65536/", "http://a:0/"}) {
        CAPTURE(text);
        CHECK_FALSE(http_url::parse(text));
    }
}
