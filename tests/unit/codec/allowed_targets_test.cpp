#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

using namespace nexo_mock;
using codec::allowed_targets;

namespace {

allowed_targets allowing(std::string_view entries) {
    allowed_targets made;
    REQUIRE_FALSE(made.add(entries).has_value());
    return made;
}

bool allows(const allowed_targets& allowed, std::string_view host, std::string_view port,
            std::string_view address) {
    return allowed.allow(host, port, codec::parse_ip_range(address).value().base);
}

/// Whether a connection by that name to that address is allowed.
bool leads(std::string_view entries, std::string_view host, std::string_view address) {
    return allows(allowing(entries), host, "80", address);
}

domain::webhook_target_ptr target(const std::string& url) {
    return std::make_shared<const domain::webhook_target>(domain::webhook_target{url, "s"});
}

}  // namespace

TEST_CASE("without an entry every target is allowed") {
    const allowed_targets all;
    CHECK(all.allow_all());
    CHECK(all.may_lead_to("anything.test", "1"));
    CHECK(allows(all, "anything.test", "1", "127.0.0.1"));
    CHECK(all.objection_to(*codec::http_url::parse("http://10.0.0.1/")).empty());
}

TEST_CASE("an address is allowed by a range that holds it, whatever name leads there") {
    CHECK(leads("10.1.0.0/16", "10.1.2.3", "10.1.2.3"));
    CHECK(leads("10.1.0.0/16", "any.test", "10.1.2.3"));
    CHECK_FALSE(leads("10.1.0.0/16", "any.test", "10.2.2.3"));
    CHECK(leads("127.0.0.1", "127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(leads("127.0.0.1", "127.0.0.2", "127.0.0.2"));
    CHECK(leads("fd00::/8", "any.test", "fd12::1"));
    CHECK_FALSE(leads("fd00::/8", "any.test", "fe80::1"));
    CHECK(leads("::1", "::1", "::1"));
}

TEST_CASE("an IPv4 address in the form of IPv6 is the same address") {
    CHECK(leads("127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.1"));
    CHECK_FALSE(leads("app.test", "app.test", "::ffff:127.0.0.1"));
}

TEST_CASE("a name is allowed exactly, or with all those below it") {
    constexpr std::string_view far = "93.184.216.34";
    CHECK(leads("app.test", "app.test", far));
    CHECK(leads("app.test", "APP.test.", far));
    CHECK_FALSE(leads("app.test", "x.app.test", far));
    CHECK_FALSE(leads("app.test", "app.test.evil.test", far));
    CHECK_FALSE(leads("app.test", "myapp.test", far));
    CHECK(leads("*.app.test", "x.app.test", far));
    CHECK(leads("*.app.test", "x.y.app.test", far));
    CHECK_FALSE(leads("*.app.test", "app.test", far));
    CHECK_FALSE(leads("*.app.test", "xapp.test", far));
    CHECK(leads("*.App.Test", "x.aPP.tEST", far));
    CHECK(leads("app.test", "app.test", "2606:2800:220:1::1"));
}

TEST_CASE("an allowed name that leads to what is near is refused, unless that is allowed too") {
    for (const auto* near : {"0.0.0.0",
                             "10.0.0.1",
                             "100.64.0.1",
                             "127.0.0.1",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::127.0.0.1",
                             "fc00::1",
                             "fe80::1",
                             "ff02::1",
                             "64:ff9b::7f00:1",
                             "2002:7f00:1::",
                             "2001::1"}) {
        CAPTURE(near);
        CHECK_FALSE(leads("app.test", "app.test", near));
        CHECK(leads("app.test," + std::string{near}, "app.test", near));
    }
    for (const auto* far : {"1.1.1.1", "172.32.0.1", "192.167.0.1", "2600::1"}) {
        CAPTURE(far);
        CHECK(leads("app.test", "app.test", far));
    }
}

TEST_CASE("localhost may be a loopback address and nothing else that is near") {
    CHECK(leads("localhost", "localhost", "127.0.0.1"));
    CHECK(leads("localhost", "LOCALHOST", "::1"));
    CHECK_FALSE(leads("localhost", "localhost", "10.0.0.1"));
    CHECK_FALSE(leads("localhost", "app.test", "127.0.0.1"));
}

TEST_CASE("an entry with a port is about that port alone") {
    for (const auto* entries : {"127.0.0.1:8080,app.test:8080,[::1]:8080",
                                "127.0.0.0/8:8080, app.test:8080 ,[::/64]:8080"}) {
        const auto some = allowing(entries);
        for (const auto* address : {"127.0.0.1", "::1"}) {
            CHECK(allows(some, address, "8080", address));
            CHECK(allows(some, address, "08080", address));
            CHECK_FALSE(allows(some, address, "80", address));
        }
        CHECK(some.may_lead_to("app.test", "8080"));
        CHECK_FALSE(some.may_lead_to("app.test", "80"));
    }
}

TEST_CASE("what no lookup can make right is known before it") {
    CHECK_FALSE(allowing("app.test").may_lead_to("other.test", "80"));
    CHECK_FALSE(allowing("app.test").may_lead_to("127.0.0.1", "80"));
    CHECK(allowing("app.test").may_lead_to("app.test", "80"));
    CHECK(allowing("10.0.0.0/8").may_lead_to("other.test", "80"));
    CHECK_FALSE(allowing("10.0.0.0/8:81").may_lead_to("other.test", "80"));
    // No address as it stands, though resolvers take it for one.
    CHECK(allowing("10.0.0.0/8").may_lead_to("2130706433", "80"));
}

TEST_CASE("what is no entry is answered, and nothing of its list is taken") {
    for (
        const auto* bad :
        {"",          "a b",        "app.test:",  "app.test:0", "app.test:65536", "app.test:http",
         "*",         "*.",         "a.*.test",   "*app.test",  "10.0.0.0/33",    "10.0.0",
         "1.2.3.4.5", "fd00::/129", "[10.0.0.1]", "[::1",       "[::1]8080",      "http://app.test",
         "app..test", ".app.test",  "app.test/8", "ünï.test"}) {
        CAPTURE(bad);
        allowed_targets some;
        CHECK(some.add("one.test," + std::string{bad}) == bad);
        CHECK(some.allow_all());
    }
}

TEST_CASE("an objection says where webhooks may go instead") {
    const auto some = allowing("app.test, 10.0.0.0/8:8080");
    CHECK(some.objection_to(*codec::http_url::parse("http://127.0.0.1:3000/hook")) ==
          "webhooks may not go to 127.0.0.1:3000, --webhook-allow is app.test,10.0.0.0/8:8080");
    CHECK(some.objection_to(*codec::http_url::parse("https://[::1]/")) ==
          "webhooks may not go to [::1]:443, --webhook-allow is app.test,10.0.0.0/8:8080");
    CHECK(some.objection_to(*codec::http_url::parse("https://app.test/")).empty());
}

TEST_CASE("the first target of a scenario that is not allowed is told with its place") {
    const auto some = allowing("app.test");
    domain::scenario all;
    CHECK(some.objection_to(all).empty());
    all.webhook.target = target("http://app.test/");
    all.accounts.resize(2);
    all.accounts[0].target = target("http://app.test/");
    CHECK(some.objection_to(all).empty());
    all.accounts[1].target = target("http://127.0.0.1/");
    CHECK(
        some.objection_to(all).starts_with("/accounts/1/webhook/url: webhooks may not go to 127"));
    all.account_defaults.target = target("http://127.0.0.1/");
    CHECK(some.objection_to(all).starts_with("/account_defaults/webhook/url: "));
    all.webhook.target = target("http://127.0.0.1/");
    CHECK(some.objection_to(all).starts_with("/webhook/url: "));
}
