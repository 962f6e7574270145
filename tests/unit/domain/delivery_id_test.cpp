#include <nexo_mock/domain/delivery_id.hpp>

#include <doctest/doctest.h>

#include <string>
#include <unordered_set>

using namespace nexo_mock::domain;

namespace {

const delivery_ids some_account{random_stream{42}.derive("sk_live_test")};
const delivery_ids other_account{random_stream{42}.derive("sk_live_other")};

}  // namespace

TEST_CASE("an id is a lower-case UUID of version 4") {
    for (std::uint64_t ordinal = 0; ordinal < 1000; ++ordinal) {
        const auto text = some_account.at(ordinal).text();
        CAPTURE(text);
        REQUIRE(text.size() == 36);
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
            const std::string_view wanted = dash ? "-" : "0123456789abcdef";
            CHECK(wanted.find(text[i]) != std::string_view::npos);
        }
        CHECK(text[14] == '4');
        CHECK(std::string_view{"89ab"}.find(text[19]) != std::string_view::npos);
    }
}

TEST_CASE("the ordinal can be read back from an id's text") {
    const auto check = [](std::uint64_t ordinal) {
        CAPTURE(ordinal);
        const auto parsed = delivery_id::parse(some_account.at(ordinal).text());
        REQUIRE(parsed.has_value());
        CHECK(some_account.ordinal_of(*parsed) == ordinal);
    };
    for (std::uint64_t ordinal = 0; ordinal < 5000; ++ordinal)
        check(ordinal);
    for (unsigned bit = 13; bit < 48; ++bit)
        check((std::uint64_t{1} << bit) + bit);
    check((std::uint64_t{1} << 48) - 1);
}

TEST_CASE("another account's id is unknown") {
    for (std::uint64_t ordinal = 0; ordinal < 1000; ++ordinal) {
        CHECK_FALSE(some_account.ordinal_of(other_account.at(ordinal)).has_value());
    }
}

TEST_CASE("an id with one digit changed is unknown") {
    const auto text = some_account.at(5).text();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '-') continue;
        auto changed = text;
        changed[i] = changed[i] == '0' ? '1' : '0';
        CAPTURE(changed);
        const auto parsed = delivery_id::parse(changed);
        REQUIRE(parsed.has_value());
        CHECK_FALSE(some_account.ordinal_of(*parsed).has_value());
    }
}

TEST_CASE("an id in upper case is the same id") {
    auto text = some_account.at(5).text();
    for (auto& c : text)
        c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    CHECK(delivery_id::parse(text) == some_account.at(5));
}

TEST_CASE("text that is no UUID is no id") {
    using namespace std::string_literals;
    for (const auto& text :
         {""s, "test"s, "8f2e1c4d-1111-4222-8333-44444444444"s,
          "8f2e1c4d-1111-4222-8333-4444444444444"s, "8f2e1c4d11114222833344444444444444"s,
          "8f2e1c4d-1111-4222-8333-44444444444g"s, "8f2e1c4d_1111_4222_8333_444444444444"s,
          "{8f2e1c4d-1111-4222-8333-444444444444}"s, "8f2e1c4-d1111-4222-8333-444444444444"s,
          "8f2e1c4d-1111-4222-8333-44444444444\0"s, "------------------------------------"s,
          " 8f2e1c4d-1111-4222-8333-44444444444"s, "8f2e1c4d-1111-4222-8333-4444444444\xc3\xa9"s}) {
        CAPTURE(text);
        CHECK_FALSE(delivery_id::parse(text).has_value());
    }
    CHECK(delivery_id::parse("8f2e1c4d-1111-4222-8333-444444444444").has_value());
}

TEST_CASE("no id comes twice among a hundred thousand of two accounts") {
    std::unordered_set<std::string> seen;
    for (std::uint64_t ordinal = 0; ordinal < 50'000; ++ordinal) {
        seen.insert(some_account.at(ordinal).text());
        seen.insert(other_account.at(ordinal).text());
    }
    CHECK(seen.size() == 100'000);
}
