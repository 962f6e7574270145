#include <nexo_mock/domain/world.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

using namespace nexo_mock::domain;
using namespace support;

namespace {

const std::string chancy = R"({"account_defaults": {"balance": 1000}, "rules": [
    {"when": {"chance": 0.1}, "then": {"error": "internal_error"}},
    {"when": {"carrier": "viettel", "chance": 0.3}, "then": {"fail": "busy", "after": "5s..30s"}},
    {"then": {"one_of": [{"weight": 3, "deliver": true, "after": "25s..60s"},
                         {"pending": true},
                         {"fail": "timeout", "after": {"median": "40s", "sigma": 0.5}}]}}]})";

/// Everything that a hundred sends, one a second, and an hour led to.
std::vector<std::string> history(std::uint64_t seed, std::string_view key, duration step = 1s) {
    auto of = world_of(scenario_of(chancy), seed, key);
    std::vector<std::string> lines;
    effects out;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const auto now = begin + i * 1s;
        of.advance(now, out);
        const auto* phone = i % 2 == 0 ? "+84981234567" : "+84901234567";
        const auto reply = of.send_otp({phone, some_code, i}, now);
        lines.push_back(reply ? reply->id.text() : std::string{name(reply.error().error)});
    }
    for (auto now = begin + 100s; now < begin + 1h; now += step)
        of.advance(now, out);
    of.advance(begin + 1h, out);
    for (const auto& each : out) {
        const auto& change = std::get<delivery_changed>(each);
        lines.push_back(std::to_string(change.delivery) + ' ' + std::string{name(change.status)} +
                        ' ' + std::to_string((change.at - begin).count()));
    }
    return lines;
}

}  // namespace

TEST_CASE("the same seed, key and requests give the same ids, outcomes and times") {
    const auto lines = history(42, some_key);
    CHECK(lines.size() > 150);
    CHECK(lines == history(42, some_key));
}

TEST_CASE("a replay does not depend on how often time was looked at") {
    CHECK(history(42, some_key) == history(42, some_key, 7s));
    CHECK(history(42, some_key) == history(42, some_key, 1h));
}

TEST_CASE("another seed or another key gives other ids and other outcomes") {
    const auto lines = history(42, some_key);
    CHECK(lines != history(43, some_key));
    CHECK(lines != history(42, "sk_live_other"));
    auto one = world_of(scenario_of("{}"), 42, some_key);
    auto other_seed = world_of(scenario_of("{}"), 43, some_key);
    auto other_key = world_of(scenario_of("{}"), 42, "sk_live_other");
    CHECK(one.id_of(0) != other_seed.id_of(0));
    CHECK(one.id_of(0) != other_key.id_of(0));
}

TEST_CASE("looking at a delivery or the balance changes nothing that is drawn later") {
    const auto scenario = scenario_of(chancy);
    auto watched = world_of(scenario);
    auto left_alone = world_of(scenario);
    for (std::uint64_t i = 0; i < 100; ++i) {
        const auto one = watched.send_otp({some_phone, some_code, i}, begin);
        const auto other = left_alone.send_otp({some_phone, some_code, i}, begin);
        REQUIRE(one.has_value() == other.has_value());
        if (one) CHECK(one->id == other->id);
        watched.delivery(watched.id_of(i).text(), begin);
        watched.balance(begin);
    }
    CHECK(watched.next_due() == left_alone.next_due());
}

TEST_CASE("the ids and the first outcome of a seed are those of earlier versions") {
    auto of = world_of(scenario_of(chancy), 42, some_key);
    CHECK(of.id_of(0).text() == "4f2811a5-ce71-45e1-9396-5ff6997fdd31");
    CHECK(of.id_of(1).text() == "ef40e5c0-da0a-4352-bdab-8cdb3dee1d8b");
    CHECK(history(42, some_key).at(100) == "0 delivered 37257863");
}
