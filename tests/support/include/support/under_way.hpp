#pragma once

#include <support/events.hpp>
#include <support/http.hpp>
#include <support/json.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace support {

/// The scenario of what is under way: by number, a code that stays `sent`, one whose webhook goes
/// out at once, a reply that comes very late, and one that never comes.
inline std::string under_way_scenario(const receiver& hook) {
    return R"({"webhook": {"url": ")" + hook.url() +
           R"(", "secret": "s", "timeout": "10m", "retry": ["1h"]},
        "account_defaults": {"balance": 1000, "free_credit": 0},
        "rules": [
            {"when": {"phone": "+84901*"}, "then": {"deliver": true, "after": "1h"}},
            {"when": {"phone": "+84902*"}, "then": {"deliver": true}},
            {"when": {"phone": "+84903*"}, "then": {"deliver": true, "after": "1h", "latency": "10m"}},
            {"when": {"phone": "+84904*"}, "then": {"fault": {"kind": "hang", "for": "10m"}}},
            {"when": {"phone": "+84906*"}, "then": {"pending": true, "latency": "1ms"}}]})";
}

inline constexpr std::string_view stays_sent = "+84901000001";
inline constexpr std::string_view tells_at_once = "+84902000002";
inline constexpr std::string_view replies_late = "+84903000003";
inline constexpr std::string_view hangs = "+84904000004";
inline constexpr std::string_view replies_slowly = "+84906000006";
inline constexpr std::string_view never_sent = "+84905000005";

/// How many of each an account has under way.
struct load {
    int pending = 0;
    int webhooks = 0;  ///< 16 at most, or they wait for each other
    int waiters = 0;
    int held_replies = 0;  ///< of each of the two kinds
};

/// One account with everything under way that can be: codes, webhooks whose receiver is silent,
/// waits, replies that are held up, and an advance of a second account that is as busy.
class busy_account {
 public:
    busy_account(std::uint16_t port, std::string key, const load& of, const receiver& hook)
        : port_{port}, key_{std::move(key)}, user_{port, key_}, events_{port, key_} {
        for (int i = 0; i < of.pending; ++i)
            REQUIRE(user_.send_otp(stays_sent).result_int() == 202);
        const auto before = hook.requests().size();
        for (int i = 0; i < of.webhooks; ++i)
            REQUIRE(user_.send_otp(tells_at_once).result_int() == 202);
        REQUIRE(hook.gets(before + static_cast<std::size_t>(of.webhooks)));
        for (int i = 0; i < of.held_replies; ++i) {
            for (const auto phone : {replies_late, hangs}) {
                held_.push_back(open());
                held_.back()->write(
                    request_text("POST", "/api/v1/send-otp", key_, otp_body(phone)));
            }
        }
        for (int i = 0; i < of.waiters; ++i) {
            waiting_.push_back(open());
            waiting_.back()->write(
                request_text("GET", "/_mock/otp/" + std::string{never_sent} + "?wait=5m", key_));
        }
    }

    client& user() { return user_; }
    follower& events() { return events_; }
    std::vector<std::unique_ptr<connection>>& waiting() { return waiting_; }
    std::vector<std::unique_ptr<connection>>& held() { return held_; }

    json get(const std::string& target) { return json{user_.get(target).body()}; }

 private:
    std::unique_ptr<connection> open() { return std::make_unique<connection>(port_); }

    std::uint16_t port_;
    std::string key_;
    client user_;
    follower events_;
    std::vector<std::unique_ptr<connection>> waiting_;
    std::vector<std::unique_ptr<connection>> held_;
};

/// An account with a manual clock whose advance waits for a silent receiver.
class stuck_advance {
 public:
    stuck_advance(std::uint16_t port, std::string key, const receiver& hook)
        : user_{port, key}, events_{port, key}, advancing_{port} {
        user_.put("/_mock/clock", R"({"mode":"manual"})");
        const auto before = hook.requests().size();
        REQUIRE(user_.send_otp(stays_sent).result_int() == 202);
        advancing_.write(request_text("POST", "/_mock/clock/advance", key, R"({"to":"idle"})"));
        REQUIRE(hook.gets(before + 1));
    }

    client& user() { return user_; }
    follower& events() { return events_; }
    connection& advancing() { return advancing_; }
    json get(const std::string& target) { return json{user_.get(target).body()}; }

 private:
    client user_;
    follower events_;
    connection advancing_;
};

/// Asks for metrics until one has that value; false if it does not come to that.
inline bool metric_becomes(client& all, const std::string& name, std::size_t value) {
    const auto line = '\n' + name + ' ' + std::to_string(value) + '\n';
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < until) {
        if (all.get("/metrics").body().find(line) != std::string::npos) return true;
    }
    return false;
}

}  // namespace support
