#include <nexo_mock/domain/carrier.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace nexo_mock::domain;

TEST_CASE("every carrier is found by a slug of its own") {
    std::set<std::string> slugs;
    for (const auto which : all_carriers) {
        CAPTURE(name(which));
        CHECK_FALSE(name(which).empty());
        CHECK(slugs.insert(std::string{name(which)}).second);
        CHECK(carrier_named(name(which)) == which);
    }
    CHECK(slugs == std::set<std::string>{"gmobile", "itel", "mobifone", "reddi", "vietnamobile",
                                         "viettel", "vinaphone"});
}

TEST_CASE("a slug is matched to the letter") {
    for (const std::string_view slug : {"", "Viettel", "viettel ", "viet", "vodafone"}) {
        CAPTURE(slug);
        CHECK_FALSE(carrier_named(slug).has_value());
    }
}
