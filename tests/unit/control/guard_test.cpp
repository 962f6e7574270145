#include <nexo_mock/control/guard.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nexo_mock;

namespace {

/// Why a call with that Host, Origin and token is refused; empty: it is not.
std::string refusal(const control::guard_settings& settings, const std::string& host,
                    const std::string& origin = {}, const std::string& token = {},
                    const std::string& target = "/_mock/health",
                    const std::string& authorization = {}) {
    api::request in;
    in.target = target;
    in.host = host;
    in.origin = origin;
    in.control_token = token;
    in.authorization = authorization;
    const auto refused = control::guard{settings}.refuses(in);
    if (!refused) return {};
    CHECK_FALSE(refused->detail.empty());
    CHECK(refused->status == (refused->error == "control_token_needed" ? 401 : 403));
    return std::string{refused->error};
}

}  // namespace

TEST_CASE("bound to loopback, only names of this machine are taken") {
    const control::guard_settings bound{.token = {}, .host = "Mock.Test"};
    for (const std::string host :
         {"localhost", "LOCALHOST:8484", "localhost:1", "127.0.0.1", "127.0.0.1:8484", "127.9.9.9",
          "[::1]", "[::1]:8484", "app.localhost:3000", "nexoroute.dev", "mock.test:80"}) {
        CAPTURE(host);
        CHECK(refusal(bound, host).empty());
    }
    for (const std::string host :
         {"", ":8484", "example.org", "localhost.example.org", "127.0.0.1.example.org",
          "127.example.org", "127.0.0.1x", "xlocalhost", "10.0.0.1", "0.0.0.0", "[::2]",
          "::1.example.org", "www.nexoroute.dev", "nexoroute.dev.example.org",
          "mock.test.example.org"}) {
        CAPTURE(host);
        CHECK(refusal(bound, host) == "foreign_host");
    }
}

TEST_CASE("bound to other addresses, any name is taken") {
    const control::guard_settings open{
        .token = {}, .only_loopback_hosts = false, .host = "0.0.0.0"};
    CHECK(refusal(open, "mock:8484").empty());
    CHECK(refusal(open, "example.org").empty());
    CHECK(refusal(open, "example.org", "http://example.org").empty());
    CHECK(refusal(open, "example.org", "http://evil.example") == "foreign_origin");
}

TEST_CASE("pages of other origins are refused, those of the emulator itself are not") {
    const control::guard_settings bound{.token = {}, .host = {}};
    for (const std::string origin : {"http://localhost:8484", "http://LOCALHOST:8484"}) {
        CAPTURE(origin);
        CHECK(refusal(bound, "localhost:8484", origin).empty());
    }
    for (const std::string origin :
         {"https://localhost:8484", "http://localhost", "http://localhost:3000",
          "http://127.0.0.1:8484", "null", "localhost:8484", "http://evil.example",
          "http://localhost:8484.evil.example", "chrome-extension://abc", "http://", "x"}) {
        CAPTURE(origin);
        CHECK(refusal(bound, "localhost:8484", origin) == "foreign_origin");
    }
}

TEST_CASE("a page that came over https is another than one that came in plain") {
    const control::guard bound{{.token = {}, .host = {}}};
    api::request in;
    in.target = "/_mock/health";
    in.host = "localhost:8443";
    in.is_tls = true;
    in.origin = "https://localhost:8443";
    CHECK_FALSE(bound.refuses(in));
    in.origin = "http://localhost:8443";
    REQUIRE(bound.refuses(in));
    CHECK(bound.refuses(in)->error == "foreign_origin");
}

TEST_CASE("with a token, nobody may call who does not know it") {
    const control::guard_settings guarded{.token = "s3cret", .host = {}};
    for (const std::string wrong :
         {"", "s3cre", "s3crets", "S3CRET", "s3cret ", "s3crets3cret", "x"}) {
        CAPTURE(wrong);
        CHECK(refusal(guarded, "localhost", "", wrong) == "control_token_needed");
    }
    CHECK(refusal(guarded, "localhost", "", "s3cret").empty());
    CHECK(refusal(guarded, "localhost", "http://localhost", "s3cret").empty());
    CHECK(refusal(guarded, "evil.example", "", "s3cret") == "foreign_host");
    CHECK(refusal(guarded, "localhost", "http://evil.example", "s3cret") == "foreign_origin");
}

TEST_CASE("metrics take the token as those who scrape them can send it, other calls do not") {
    const control::guard_settings guarded{.token = "s3cret", .host = {}};
    CHECK(refusal(guarded, "localhost", "", "", "/metrics", "Bearer s3cret").empty());
    CHECK(refusal(guarded, "localhost", "", "s3cret", "/metrics").empty());
    CHECK(refusal(guarded, "localhost", "", "", "/metrics?x=1", "bearer s3cret").empty());
    CHECK(refusal(guarded, "localhost", "", "", "/metrics", "Bearer s3cre") ==
          "control_token_needed");
    CHECK(refusal(guarded, "localhost", "", "", "/metrics") == "control_token_needed");
    CHECK(refusal(guarded, "localhost", "", "", "/_mock/health", "Bearer s3cret") ==
          "control_token_needed");
}

TEST_CASE("the webhook of an emulator is no control call, with or without a token") {
    api::request in;
    in.target = "/_mock/webhooks/1/redeliver";
    in.host = "localhost";
    in.is_webhook = true;
    CHECK(control::guard{{.token = {}, .host = {}}}.refuses(in)->error == "webhook_loop");
    CHECK(control::guard{{.token = "s3cret", .host = {}}}.refuses(in)->error == "webhook_loop");
}

TEST_CASE("secrets are the same only if they are the same") {
    CHECK(control::is_same_secret("", ""));
    CHECK(control::is_same_secret("abc", "abc"));
    for (const std::string other : {"", "a", "abd", "abcd", "abcabc"}) {
        CAPTURE(other);
        CHECK_FALSE(control::is_same_secret("abc", other));
        CHECK_FALSE(control::is_same_secret(other, "abc"));
    }
    CHECK_FALSE(control::is_same_secret("aaa", "aaaaaa"));
    CHECK_FALSE(control::is_same_secret("aaaaaa", "aaa"));
}
