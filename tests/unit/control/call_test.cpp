#include <nexo_mock/control/call.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>
#include <string>

using namespace nexo_mock;
using control::page;

namespace {

/// A paging call with that query.
struct paging {
    explicit paging(const std::string& query) { in.target = "/_mock/deliveries" + query; }

    std::optional<page> ask(std::uint64_t end) {
        const auto never = [](std::function<void()>) -> api::late_reply { return nullptr; };
        return page::asked_for({in, out, never, control::scope::all(), {}}, end);
    }

    api::request in;
    api::response out;
};

/// What an account has, as a handler adds it.
void add(page& to, std::initializer_list<std::uint64_t> seqs) {
    std::size_t found = 0;
    for (const auto seq : seqs) {
        if (found == to.wanted()) break;
        if (!to.holds(seq)) continue;
        ++found;
        to.add(seq, std::to_string(seq));
    }
    to.trim();
}

std::string written(page& of) {
    std::string text;
    codec::json_writer json{text};
    json.begin_object();
    of.write(json, "all");
    json.end_object();
    return text;
}

}  // namespace

TEST_CASE("a page holds what is behind `after` and before the end") {
    auto all = paging{""}.ask(10);
    REQUIRE(all.has_value());
    CHECK_FALSE(all->holds(0));
    CHECK(all->holds(1));
    CHECK(all->holds(9));
    CHECK_FALSE(all->holds(10));
    CHECK(all->wanted() == 101);

    auto some = paging{"?after=4&limit=2"}.ask(10);
    REQUIRE(some.has_value());
    CHECK_FALSE(some->holds(4));
    CHECK(some->holds(5));
    CHECK(some->after() == 4);
    CHECK(some->wanted() == 3);
}

TEST_CASE("a page of several accounts is in order, and says whether there is more") {
    struct row {
        std::string query;
        std::string text;
    };
    for (const auto& each : {row{"", R"({"all":[1,2,3,4,5,6,8,9],"more":false})"},
                             row{"?limit=8", R"({"all":[1,2,3,4,5,6,8,9],"more":false})"},
                             row{"?limit=7", R"({"all":[1,2,3,4,5,6,8],"more":true})"},
                             row{"?limit=1", R"({"all":[1],"more":true})"},
                             row{"?limit=3&after=2", R"({"all":[3,4,5],"more":true})"},
                             row{"?limit=3&after=5", R"({"all":[6,8,9],"more":false})"},
                             row{"?after=9", R"({"all":[],"more":false})"},
                             row{"?after=18446744073709551615", R"({"all":[],"more":false})"}}) {
        CAPTURE(each.query);
        auto shown = paging{each.query}.ask(10);
        REQUIRE(shown.has_value());
        add(*shown, {2, 5, 8, 11});
        add(*shown, {1, 3, 9, 10});
        add(*shown, {});
        add(*shown, {4, 6, 12});
        CHECK(written(*shown) == each.text);
    }
}

TEST_CASE("once a page is full, what can't be on it is not wanted") {
    auto shown = paging{"?limit=2"}.ask(100);
    REQUIRE(shown.has_value());
    add(*shown, {10, 20, 30, 40});
    CHECK(shown->holds(30));
    CHECK_FALSE(shown->holds(31));
    add(*shown, {5, 15, 50});
    CHECK(shown->holds(14));
    CHECK_FALSE(shown->holds(16));
    CHECK(written(*shown) == R"({"all":[5,10],"more":true})");
}

TEST_CASE("a page that can't be is refused, and says why") {
    for (const std::string query :
         {"?limit=0", "?limit=10001", "?limit=-1", "?limit=x", "?limit=1x", "?limit=1.5",
          "?limit=%20", "?after=-1", "?after=x", "?after=18446744073709551616"}) {
        CAPTURE(query);
        paging call{query};
        CHECK_FALSE(call.ask(10).has_value());
        CHECK(call.out.status == 400);
        CHECK(call.out.body.find(R"("error":"invalid_query")") != std::string::npos);
        CHECK(call.out.body.find(query[1] == 'l' ? R"(\"limit\")" : R"(\"after\")") !=
              std::string::npos);
    }
    CHECK(paging{"?limit=10000"}.ask(10).has_value());
    CHECK(paging{"?limit=&after="}.ask(10).has_value());
}
