#include <nexo_mock/domain/phone_number.hpp>
#include <support/files.hpp>

#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>

using namespace nexo_mock::domain;

namespace {

std::map<std::string, std::string> prefixes() {
    std::istringstream in{support::repository_file("data/vn-mobile-prefixes.csv")};
    std::map<std::string, std::string> table;
    std::string line;
    std::getline(in, line);
    REQUIRE(line == "prefix,carrier");
    while (std::getline(in, line)) {
        const auto comma = line.find(',');
        REQUIRE(comma != std::string::npos);
        CHECK(table.emplace(line.substr(0, comma), line.substr(comma + 1)).second);
    }
    return table;
}

/// The carrier by the table's own words; empty if no prefix fits.
std::string longest_prefix(const std::map<std::string, std::string>& table,
                           const std::string& number) {
    for (auto size = number.size(); size > 3; --size) {
        const auto found = table.find(number.substr(0, size));
        if (found != table.end()) return found->second;
    }
    return {};
}

}  // namespace

TEST_CASE("every prefix of the table is a mobile number of its carrier") {
    const auto table = prefixes();
    CHECK(table.size() >= 40);
    for (const auto& [prefix, owner] : table) {
        for (const char fill : {'0', '5', '9'}) {
            auto text = prefix;
            text.append(12 - text.size(), fill);
            CAPTURE(text);
            const auto number = phone_number::parse(text);
            REQUIRE(number.has_value());
            CHECK(name(number->carrier()) == longest_prefix(table, text));
            CHECK(number->text() == text);
            CHECK(std::to_string(number->national()) == text.substr(3));
        }
    }
}

TEST_CASE("of all thousand beginnings exactly those of the table are numbers") {
    const auto table = prefixes();
    for (int first = 0; first < 1000; ++first) {
        auto digits = std::to_string(1000 + first).substr(1);
        const auto text = "+84" + digits + "123456";
        CAPTURE(text);
        const auto owner = longest_prefix(table, text);
        const auto number = phone_number::parse(text);
        CHECK(number.has_value() == !owner.empty());
        if (number) CHECK(name(number->carrier()) == owner);
    }
}

TEST_CASE("the longest prefix wins") {
    CHECK(phone_number::parse("+84998123456")->carrier() == carrier::itel);
    CHECK(phone_number::parse("+84999123456")->carrier() == carrier::itel);
    CHECK(phone_number::parse("+84997123456")->carrier() == carrier::gmobile);
    CHECK(phone_number::parse("+84990123456")->carrier() == carrier::gmobile);
}

TEST_CASE("a number in any other form is none") {
    using namespace std::string_literals;
    for (const auto& text :
         {""s, "+"s, "+84"s, "0981234567"s, "84981234567"s, "+840981234567"s, "+84 981234567"s,
          "+84981 234 567"s, "+84-981-234-567"s, " +84981234567"s, "+84981234567 "s,
          "+84981234567\n"s, "\t+84981234567"s, "0084981234567"s, "++84981234567"s,
          "(+84)981234567"s, "+84(98)1234567"s, "tel:+84981234567"s, "+84981234567;ext=1"s,
          // land lines of two and three digit area codes, with and without a ninth digit
          "+842812345678"s, "+842412345678"s, "+84281234567"s, "+842031234567"s, "+84203123456"s,
          // special services, satellite, machines, premium
          "+841800123456"s, "+84180012345"s, "+8418001234"s, "+841900123456"s, "+84190012345"s,
          "+84671234567"s, "+84672123456"s, "+84801234567"s, "+84651234567"s, "+84691234567"s,
          // the eleven-digit forms that died in 2018
          "+841681234567"s, "+841201234567"s, "+841991234567"s, "+841231234567"s,
          // too short, too long
          "+8498123456"s, "+849812345678"s, "+8498123456789012345678"s,
          // other countries
          "+1981234567"s, "+85981234567"s, "+8498123456"s, "+14155552671"s, "+33612345678"s,
          // no digits, or other digits
          "+84abcdefghi"s, "+8498123456a"s, "+84 98123456"s, "+8498123456\0"s, "+84981234567\0"s,
          "\0+84981234567"s, "+84981234\067"s, "+8498123456\xff"s, "+84\u0669\u0668\u0661\u0662"s,
          "\uff0b84981234567"s, "+8498123456\u0667"s, "+84-98123456"s, "+84+98123456"s,
          "+84 98.12345"s, "+849e1234567"s, "+84000000000"s}) {
        CAPTURE(text);
        CHECK_FALSE(phone_number::parse(text).has_value());
    }
}

TEST_CASE("a single wrong character anywhere spoils a number") {
    const std::string good = "+84981234567";
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (int c = 0; c < 256; ++c) {
            if (c >= '0' && c <= '9') continue;
            auto text = good;
            text[i] = static_cast<char>(c);
            CAPTURE(text);
            CHECK(phone_number::parse(text).has_value() == (text == good));
        }
    }
}
