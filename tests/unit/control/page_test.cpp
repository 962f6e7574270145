#include <nexo_mock/codec/embedded.hpp>
#include <support/fake_host.hpp>
#include <support/files.hpp>
#include <support/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace nexo_mock;
using namespace support;
using api::method;

namespace {

std::string header(const api::response& of, std::string_view name) {
    for (const auto& [known, value] : of.headers) {
        if (known == name) return value;
    }
    return {};
}

}  // namespace

TEST_CASE("each file of the page is there under its name, with the type that browsers want") {
    control_fixture test;
    CHECK(embedded::page.size() > 20);
    std::size_t bytes = 0;
    for (const auto& each : embedded::page) {
        CAPTURE(each.name);
        bytes += each.text.size();
        const bool is_index = each.name == "index.html";
        const auto path = is_index ? "/_mock/" : "/_mock/ui/" + std::string{each.name};
        const auto& reply = test.get(path);
        CHECK(reply.status == 200);
        CHECK(reply.body == repository_file("web/" + std::string{each.name}));
        const auto type = each.name.ends_with(".js")    ? "text/javascript; charset=utf-8"
                          : each.name.ends_with(".css") ? "text/css; charset=utf-8"
                          : each.name.ends_with(".svg") ? "image/svg+xml"
                                                        : "text/html; charset=utf-8";
        CHECK(reply.content_type == type);
    }
    CHECK(bytes < 150'000);
}

TEST_CASE("the files let nothing foreign in, and say so") {
    control_fixture test;
    for (const auto* path : {"/_mock/", "/_mock/ui/app.js", "/_mock/ui/nothing.js"}) {
        CAPTURE(path);
        const auto& reply = test.get(path);
        CHECK(header(reply, "Content-Security-Policy") ==
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
              "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        CHECK(header(reply, "X-Content-Type-Options") == "nosniff");
        CHECK(header(reply, "Referrer-Policy") == "no-referrer");
    }
}

TEST_CASE("a browser that has a file already gets no second one") {
    control_fixture test;
    const auto tag = header(test.get("/_mock/ui/app.js"), "ETag");
    CHECK(tag.size() == 18);
    CHECK(header(test.out, "Cache-Control") == "no-cache");
    for (const auto& known : {tag, "W/" + tag, R"("a", )" + tag + R"( , "b")", std::string{"*"}}) {
        CAPTURE(known);
        test.in.if_none_match = known;
        CHECK(test.get("/_mock/ui/app.js").status == 304);
        CHECK(test.out.body.empty());
        CHECK(header(test.out, "ETag") == tag);
        CHECK(header(test.out, "Cache-Control") == "no-cache");
    }
    for (const auto& other :
         {std::string{"\"a\""}, tag.substr(1), std::string{","}, std::string{"W/"}}) {
        CAPTURE(other);
        test.in.if_none_match = other;
        CHECK(test.get("/_mock/ui/app.js").status == 200);
    }
    test.in.if_none_match = tag;
    CHECK(test.get("/_mock/ui/dom.js").status == 200);
}

TEST_CASE("no two files have the same tag") {
    std::vector<std::string_view> tags;
    for (const auto& each : embedded::page)
        tags.push_back(each.digest);
    std::ranges::sort(tags);
    CHECK(std::ranges::adjacent_find(tags) == tags.end());
}

TEST_CASE("/ and /_mock lead to the page, for those who look") {
    control_fixture test;
    for (const auto* path : {"/", "/?from=bookmark", "/_mock"}) {
        for (const auto verb : {method::get, method::head}) {
            CAPTURE(path);
            const auto& reply = test.call(verb, path);
            CHECK(reply.status == 302);
            CHECK(header(reply, "Location") == "/_mock/");
        }
    }
}

TEST_CASE("a file that is not there is not found, and only GET and HEAD are taken") {
    control_fixture test;
    for (const auto* path : {"/_mock/ui/", "/_mock/ui/nothing.js", "/_mock/ui/index.html",
                             "/_mock/ui/a/b", "/_mock/ui/../index.html", "/_mock/ui/app%2Ejs"}) {
        CAPTURE(path);
        CHECK(test.get(path).status == 404);
        CHECK(json{test.out.body}["error"].text() == "not_found");
        CHECK(header(test.out, "Cache-Control") == "no-store");
    }
    for (const auto* path : {"/_mock/", "/_mock", "/_mock/ui/app.js"}) {
        CAPTURE(path);
        CHECK(test.post(path, "").status == 405);
        CHECK(header(test.out, "Allow") == "GET, HEAD");
        CHECK(test.call(method::head, path).status < 400);
    }
}

TEST_CASE("the files need no token, and still go to nobody whom the guard keeps out") {
    control_fixture test{"{}", {.token = "s3cret", .host = {}}};
    for (const auto* path : {"/_mock/", "/_mock/ui/app.js"}) {
        CAPTURE(path);
        CHECK(test.get(path).status == 200);
        test.in.origin = "http://evil.example";
        CHECK(test.get(path).status == 403);
        CHECK(header(test.out, "Cache-Control") == "no-store");
        CHECK(json{test.out.body}["error"].text() == "foreign_origin");
        test.in.origin.clear();
        test.in.host = "evil.example";
        CHECK(test.get(path).status == 403);
        test.in.host = "127.0.0.1";
    }
    CHECK(test.get("/_mock/deliveries").status == 401);
}

TEST_CASE("keys that the page shows as examples are told as they are") {
    control_fixture test;
    CHECK(test.get("/_mock/ui/codes.js").body.find("sk_live_my_first_key") != std::string::npos);
}
