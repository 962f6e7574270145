#include <nexo_mock/domain/webhook_manner.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace nexo_mock::domain;

TEST_CASE("every kind of signature has a name of its own, and none is missing from the list") {
    std::set<std::string_view> names;
    for (const auto kind : all_signature_kinds) {
        CHECK_FALSE(name(kind).empty());
        CHECK(names.insert(name(kind)).second);
    }
    CHECK(all_signature_kinds.size() == static_cast<std::size_t>(signature_kind::tampered) + 1);
}

TEST_CASE("webhooks misbehave only when told to") {
    const webhook_manner usual;
    CHECK(usual.copies == 1);
    CHECK(usual.wait.is_zero());
    CHECK_FALSE(usual.before_reply);
    CHECK(usual.signature == signature_kind::valid);
}
