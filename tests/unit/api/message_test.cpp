#include <nexo_mock/api/message.hpp>

#include <doctest/doctest.h>

using namespace nexo_mock::api;

TEST_CASE("a bearer token is what follows the scheme, in any case") {
    CHECK(bearer_token("Bearer sk_live_a") == "sk_live_a");
    CHECK(bearer_token("bearer sk_live_a") == "sk_live_a");
    CHECK(bearer_token("BEARER   sk_live_a") == "sk_live_a");
    for (const auto* other :
         {"", "Bearer", "Bearer ", "Basic sk_live_a", "sk_live_a", "Bearersk_live_a"}) {
        CAPTURE(other);
        CHECK(bearer_token(other).empty());
    }
}

TEST_CASE("a target is a path and a query") {
    request in;
    in.target = "/a/b?c=d&e=%2B84+1?";
    CHECK(in.path() == "/a/b");
    CHECK(in.query() == "c=d&e=%2B84+1?");
    CHECK(query_value(in.query(), "c") == "d");
    CHECK(query_value(in.query(), "e") == "+84+1?");
    CHECK(query_value(in.query(), "x").empty());
    CHECK(query_value("c", "c").empty());
    in.target = "/a";
    CHECK(in.query().empty());
}

TEST_CASE("percent-encoding that is none is left as it is") {
    CHECK(percent_decoded("%41%zz%4") == "A%zz%4");
    CHECK(percent_decoded("%") == "%");
    CHECK(percent_decoded("%2b84") == "+84");
}
