#pragma once

#include <support/account_model.hpp>
#include <support/scenarios.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Scenarios in two languages: as the domain knows them, and as the model of an account does.
namespace support::model {

/// What there is to send.
inline const std::vector<fate>& fates() {
    using enum status;
    static const std::vector<fate> all{
        {.phone = "+84981234567", .refused = "", .course = {{10 * second, delivered}}},
        {.phone = "+84981234568", .refused = "", .course = {{5 * second, failed}}},
        {.phone = "+84901234567",
         .refused = "",
         .is_mobifone = true,
         .course = {{0, delivered}},
         .copies = 2},
        {.phone = "+84911234567", .refused = "", .course = {}},
        {.phone = "+84561234567",
         .refused = "",
         .course = {{5 * second, failed}, {5 * second, delivered}, {9 * second, sent}}},
        {.phone = "+84991234567",
         .refused = "",
         .course = {{8 * second, sent}, {20 * second, failed}, {10 * second, failed}},
         .copies = 3,
         .webhook_wait = 7 * second},
        {.phone = "+84551234567", .refused = "", .course = {{0, failed}}, .copies = 0},
        {.phone = "+84871234567", .refused = "no_route", .course = {}},
        {.phone = "+84981234569", .refused = "rate_limited", .course = {}},
        {.phone = "+84981234570", .refused = "", .is_lost = true, .course = {}},
        {.phone = "+8412", .refused = "invalid_phone", .course = {}},
    };
    return all;
}
inline constexpr std::string_view fates_as_rules = R"(
    {"when": {"phone": "+84981234567"}, "then": {"deliver": true, "after": "10s"}},
    {"when": {"phone": "+84981234568"}, "then": {"fail": "busy", "after": "5s"}},
    {"when": {"phone": "+84901234567"}, "then": {"deliver": true, "webhook": {"copies": 2}}},
    {"when": {"phone": "+84911234567"}, "then": {"pending": true}},
    {"when": {"phone": "+84561234567"}, "then": {"timeline": [
        {"after": "5s", "status": "failed"}, {"after": "5s", "status": "delivered"},
        {"after": "9s", "status": "sent"}]}},
    {"when": {"phone": "+84991234567"}, "then": {"webhook": {"copies": 3, "delay": "7s"},
        "timeline": [{"after": "8s", "status": "sent"}, {"after": "20s", "status": "failed"},
        {"after": "10s", "status": "failed"}]}},
    {"when": {"phone": "+84551234567"}, "then": {"fail": "busy", "webhook": {"copies": 0}}},
    {"when": {"phone": "+84981234569"}, "then": {"error": "rate_limited"}},
    {"when": {"phone": "+84981234570"}, "then": {"fault": "reset"}})";

/// A scenario, drawn of those there are.
struct both_languages {
    settings model;
    std::string api;      ///< members of the scenario's "api"
    std::string webhook;  ///< members of its "webhook"

    nexo_mock::domain::scenario_ptr scenario() const {
        static std::map<std::string, nexo_mock::domain::scenario_ptr> read;  // there are few
        const auto text = R"({"api": {)" + api + R"(}, "webhook": {)" + webhook +
                          R"(}, "rules": [)" + std::string{fates_as_rules} + "]}";
        auto& known = read[text];
        if (!known) known = scenario_of(text);
        return known;
    }
};

/// Answers a number below the one it is given.
using picker = std::function<std::uint64_t(std::uint64_t below)>;

/// `keeps` says what no scenario does: the limits.
inline both_languages some_scenario(const picker& pick, const settings& keeps) {
    both_languages made;
    made.model.most_deliveries = keeps.most_deliveries;
    made.model.most_pending = keeps.most_pending;
    made.model.most_attempts = keeps.most_attempts;
    made.model.price = pick(2) == 0 ? 22'000 : 0;
    made.model.refunds = pick(3) != 0;
    made.api = R"("no_route": ["itel"], "price": {"mobifone": 0.03, "default": )";
    made.api += made.model.price == 0 ? "0}" : "0.022}";
    made.api += R"(, "refund_failed": )" + std::string{made.model.refunds ? "true" : "false"};
    if (pick(2) == 0) {
        made.model.spend_order = {0, 2, 1};
        made.api += R"(, "spend_order": ["balance", "free_credit", "bonus_credit"])";
    }
    constexpr std::array waits{R"("retry": [])", R"("retry": ["5s"])",
                               R"("retry": ["1s", "30s", "2s"])"};
    const auto ladder = pick(3);
    made.webhook = waits[ladder];
    if (ladder == 1) made.model.retries = {5 * second};
    if (ladder == 2) {
        made.model.retries = {second, 30 * second, 2 * second};
    }
    made.model.has_target = pick(5) != 0;
    if (made.model.has_target) {
        made.webhook += R"(, "url": "http://localhost:3000/hook", "secret": "whsec_model")";
    }
    return made;
}

}  // namespace support::model
