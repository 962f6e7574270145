#pragma once

#include <nexo_mock/server.hpp>
#include <support/http.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

/// What the cases of the library's suite share.
namespace application {

using namespace std::chrono_literals;

inline constexpr std::string_view key = "sk_live_embedded";
inline constexpr std::string_view phone = "+84981234567";

/// All codes are delivered after a minute.
inline nexo_mock::scenario after_a_minute() {
    return nexo_mock::scenario::json(R"({"account_defaults": {"balance": 10, "free_credit": 0},
        "rules": [{"name": "a minute", "then": {"deliver": true, "after": "60s"}}]})");
}

inline nexo_mock::server_options by_hand(const nexo_mock::scenario& scenario = after_a_minute()) {
    return {.scenario = scenario, .clock = nexo_mock::manual, .seed = 7, .drain = 50ms};
}

/// Sends a code as an application would.
inline unsigned send(const nexo_mock::server& to, std::string_view of = key,
                     std::string_view number = phone, std::string_view code = "482917") {
    support::client user{to.port(), std::string{of}};
    return user.post("/api/v1/send-otp", support::otp_body(number, code)).result_int();
}

/// What the exception of that type says; "" if there is none.
template <class Exception, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Exception& thrown) {
        return thrown.what();
    }
    return {};
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Returns once that many calls wait for a code.
inline void until_waiting(const nexo_mock::server& in, std::size_t count) {
    support::client looker{in.port(), std::string{}};
    const auto line = "\nnexo_mock_waiters " + std::to_string(count) + '\n';
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (!contains(looker.get("/metrics").body(), line))
        REQUIRE(std::chrono::steady_clock::now() < until);
}

}  // namespace application
