#pragma once

#include <nexo_mock/domain/random.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Writes random scenarios that are valid, and that use everything the language has. The same seed
/// gives the same texts. Times for which a connection is held up are a few milliseconds.
class scenario_generator {
 public:
    static constexpr std::string_view key = "sk_live_generated";
    static constexpr std::array<std::string_view, 8> phones{
        "+84981234567", "+84981234568", "+84911234567", "+84901234567",
        "+84561234567", "+84991234567", "+84871234567", "+84551234567"};
    static constexpr std::array<std::string_view, 3> codes{"482917", "1234", "00000000"};

    /// Webhooks of the scenarios go to `url`; empty: nowhere.
    explicit scenario_generator(std::uint64_t seed, std::string url = "http://localhost:3000/hook")
        : random_{seed}, url_{std::move(url)} {}

    std::string next() {
        std::vector<std::string> parts;
        if (maybe()) parts.push_back(R"("name": "generated")");
        if (maybe()) parts.push_back(R"("seed": )" + number(0, 1000));
        parts.push_back(R"("api": )" + api());
        parts.push_back(R"("webhook": )" + webhook());
        parts.push_back(R"("account_defaults": )" + object(account()));
        auto listed = account();
        listed.push_back(R"("key": ")" + std::string{key} + '"');
        parts.push_back(R"("accounts": [)" + object(listed) + ", " +
                        R"({"key": "sk_live_other", "revoked": true}])");
        std::vector<std::string> rules;
        for (auto i = pick(8); i > 0; --i)
            rules.push_back(rule());
        rules.push_back(R"({"then": )" + step(place::in_list, 1) + "}");
        parts.push_back(R"("rules": )" + list(rules));
        return object(parts);
    }

 private:
    enum class place : std::uint8_t { in_list, in_choice };

    std::uint64_t pick(std::uint64_t below) { return random_.next() % below; }
    bool maybe() { return pick(2) == 0; }
    bool seldom() { return pick(5) == 0; }
    std::string number(std::uint64_t least, std::uint64_t most) {
        return std::to_string(least + pick(most - least + 1));
    }
    template <class Array>
    std::string one(const Array& of) {
        return std::string{of[pick(of.size())]};
    }
    static std::string quoted(const std::string& text) { return '"' + text + '"'; }

    static std::string joined(const std::vector<std::string>& parts) {
        std::string text;
        for (const auto& each : parts)
            text += (text.empty() ? "" : ", ") + each;
        return text;
    }
    static std::string object(const std::vector<std::string>& members) {
        return '{' + joined(members) + '}';
    }
    static std::string list(const std::vector<std::string>& items) {
        return '[' + joined(items) + ']';
    }

    /// A delay in one of its three forms.
    std::string delay(std::uint64_t most, const std::string& unit) {
        const auto from = pick(most + 1);
        switch (pick(3)) {
            case 0: return quoted(std::to_string(from) + unit);
            case 1: return quoted(std::to_string(from) + unit + ".." + number(from, most) + unit);
            default:
                return R"({"median": )" + quoted(std::to_string(from) + unit) + R"(, "sigma": 0.)" +
                       number(0, 9) + '}';
        }
    }
    std::string money() { return "0." + number(0, 99'999); }

    std::string api() {
        constexpr std::array orders{R"(["free_credit", "bonus_credit", "balance"])",
                                    R"(["balance", "free_credit", "bonus_credit"])"};
        constexpr std::array routeless{"[]", R"(["reddi"])", R"(["mobifone", "itel"])"};
        std::vector<std::string> parts;
        if (maybe()) parts.push_back(R"("price": {"default": 0.022, "mobifone": )" + money() + '}');
        if (maybe())
            parts.push_back(R"("refund_failed": )" + std::string{maybe() ? "true" : "false"});
        if (maybe()) parts.push_back(R"("spend_order": )" + one(orders));
        if (seldom()) parts.push_back(R"("keys": "listed")");
        if (maybe()) parts.push_back(R"("no_route": )" + one(routeless));
        if (seldom())
            parts.push_back(R"("errors": {"no_route": 404, "insufficient_balance": 429})");
        return object(parts);
    }

    std::string webhook() {
        std::vector<std::string> parts;
        if (!url_.empty()) {
            parts.push_back(R"("url": )" + quoted(url_));
            parts.push_back(R"("secret": "whsec_generated")");
        }
        if (maybe()) {
            std::vector<std::string> waits;
            for (auto i = pick(4); i > 0; --i)
                waits.push_back(delay(90, "s"));
            parts.push_back(R"("retry": )" + list(waits));
        }
        return object(parts);
    }

    std::vector<std::string> account() {
        std::vector<std::string> parts{R"("balance": )" + number(0, 3)};
        if (maybe()) parts.push_back(R"("bonus_credit": )" + money());
        if (maybe()) parts.push_back(R"("free_credit": )" + money());
        return parts;
    }

    std::string rule() {
        constexpr std::array ends{"stay", "loop", "fall_through"};
        std::vector<std::string> parts;
        if (maybe()) parts.push_back(R"("name": "rule )" + number(1, 99) + '"');
        parts.push_back(R"("when": )" + condition());
        if (maybe()) {
            parts.push_back(R"("then": )" + step(place::in_list, 2));
        } else {
            std::vector<std::string> steps;
            for (auto i = pick(3) + 1; i > 0; --i)
                steps.push_back(step(place::in_list, 2));
            parts.push_back(R"("then": )" + list(steps));
        }
        if (maybe()) parts.push_back(R"("end": )" + quoted(one(ends)));
        if (maybe())
            parts.push_back(R"("per": ")" + std::string{maybe() ? "phone" : "account"} + '"');
        return object(parts);
    }

    std::string condition() {
        constexpr std::array endpoints{"send-otp", "any", "deliveries", "balance"};
        constexpr std::array patterns{"+8498*", "+84?81234567", "*7", "+8490*", "*"};
        constexpr std::array networks{R"("viettel")", R"(["mobifone", "vinaphone"])", R"("v*")"};
        constexpr std::array windows{"0s..60s", "30s..", "..2m", "10s..20s"};
        std::vector<std::string> parts;
        if (seldom()) parts.push_back(R"("endpoint": )" + quoted(one(endpoints)));
        if (maybe())
            parts.push_back(R"("phone": )" + quoted(maybe() ? one(phones) : one(patterns)));
        if (seldom()) parts.push_back(R"("code": ["482917", "1*"])");
        if (seldom()) parts.push_back(R"("key": "sk_live_gen*")");
        if (seldom()) parts.push_back(R"("carrier": )" + one(networks));
        if (seldom()) parts.push_back(R"("state": )" + quoted(one(states)));
        if (seldom()) parts.push_back(R"("elapsed": )" + quoted(one(windows)));
        if (seldom()) parts.push_back(R"("every": )" + number(1, 4));
        if (maybe()) parts.push_back(R"("chance": 0.)" + number(0, 9));
        return object(parts);
    }

    std::string step(place where, unsigned depth) {
        std::vector<std::string> parts;
        bool has_webhook = false;  // it may, that is, have one
        bool is_send = true;
        bool at_once = false;
        switch (pick(depth == 0 ? 6 : 7)) {
            case 0: {
                at_once = maybe();
                parts.push_back(R"("deliver": true)");
                if (!at_once) parts.push_back(R"("after": )" + delay(60, "s"));
                has_webhook = true;
                break;
            }
            case 1:
                parts.push_back(R"("fail": )" + quoted(one(failures)));
                parts.push_back(R"("after": )" + delay(60, "s"));
                if (seldom()) parts.push_back(R"("carrier_status": "own")");
                has_webhook = true;
                break;
            case 2: parts.push_back(R"("pending": true)"); break;
            case 3:
                parts.push_back(R"("timeline": )" + timeline());
                has_webhook = true;
                break;
            case 4:
                parts.push_back(R"("error": )" + quoted(one(errors)));
                if (seldom()) parts.push_back(R"("status": 5)" + number(10, 99));
                if (seldom()) parts.push_back(R"("headers": {"Retry-After": "1", "X-Own": "yes"})");
                if (seldom()) parts.push_back(R"("body": "no JSON at all")");
                is_send = false;
                break;
            case 5: {
                const auto kind = one(faults);
                parts.push_back(R"("fault": )" + fault(kind));
                is_send = kind == "truncate" || kind == "slow";
                has_webhook = is_send;
                break;
            }
            default: {
                std::vector<std::string> options;
                for (auto i = pick(3) + 1; i > 0; --i)
                    options.push_back(step(place::in_choice, depth - 1));
                options.push_back(R"({"deliver": true, "weight": 0.5})");
                parts.push_back(R"("one_of": )" + list(options));
                has_webhook = true;
                break;
            }
        }
        const bool has_fault = parts.front().starts_with(R"("fault")");
        if (!has_fault && seldom()) parts.push_back(R"("fault": )" + fault(one(faults)));
        if (seldom()) parts.push_back(R"("latency": )" + delay(3, "ms"));
        if (is_send && seldom()) parts.push_back(R"("carrier": )" + quoted(one(carriers)));
        if (is_send && seldom()) parts.push_back(R"("cost": )" + money());
        if (has_webhook && maybe()) parts.push_back(R"("webhook": )" + manner(at_once));
        if (seldom()) parts.push_back(R"("set_state": )" + new_state());
        if (maybe()) {
            parts.push_back(where == place::in_list ? R"("times": )" + number(1, 3)
                                                    : R"("weight": )" + number(0, 9));
        }
        return object(parts);
    }

    std::string new_state() {
        const auto state = quoted(one(states));
        return maybe() ? state : R"({"to": )" + state + R"(, "for": )" + delay(60, "s") + '}';
    }

    std::string timeline() {
        constexpr std::array statuses{"sent", "delivered", "failed"};
        std::vector<std::string> events;
        for (auto i = pick(4); i > 0; --i) {
            std::vector<std::string> parts{R"("status": )" + quoted(one(statuses))};
            if (maybe()) parts.push_back(R"("after": )" + delay(60, "s"));
            if (seldom()) parts.push_back(R"("error_code": )" + quoted(one(failures)));
            events.push_back(object(parts));
        }
        return list(events);
    }

    std::string fault(const std::string& kind) {
        if (kind != "hang" && kind != "slow") return quoted(kind);
        return R"({"kind": )" + quoted(kind) + R"(, "for": )" + delay(3, "ms") + '}';
    }

    std::string manner(bool at_once) {
        constexpr std::array signatures{"valid", "missing", "wrong_secret", "raw_secret",
                                        "tampered"};
        std::vector<std::string> parts;
        const bool first = at_once && maybe();
        if (first) parts.push_back(R"("before_reply": true)");
        if (maybe()) parts.push_back(R"("copies": )" + number(first ? 1 : 0, 3));
        if (!first && maybe()) parts.push_back(R"("delay": )" + delay(30, "s"));
        if (maybe()) parts.push_back(R"("signature": )" + quoted(one(signatures)));
        return object(parts);
    }

    static constexpr std::array states{"start", "second", "third"};
    static constexpr std::array failures{"no_answer", "busy", "voicemail", "something_else"};
    static constexpr std::array errors{"rate_limited", "internal_error", "no_route", "teapot"};
    static constexpr std::array faults{"reset", "close", "hang", "truncate", "garbage", "slow"};
    static constexpr std::array carriers{"viettel", "mobifone", "reddi"};

    nexo_mock::domain::random_stream random_;
    std::string url_;
};

}  // namespace support
