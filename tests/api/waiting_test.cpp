#include <support/under_way.hpp>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

using clock_type = std::chrono::steady_clock;

constexpr const char* delivers_in_an_hour =
    R"({"account_defaults": {"balance": 1000000}, "rules": [{"then": {"deliver": true, "after": "1h"}}]})";

std::string wait_for(std::string_view phone, const std::string& query = "wait=5m") {
    return "/_mock/otp/" + std::string{phone} + '?' + query;
}

/// The n-th number of some ten million.
std::string phone_of(std::size_t nth) {
    return "+8498" + std::to_string(1'000'000 + nth);
}

/// As many as asked for, or as many as this process has descriptors for: each takes two.
std::size_t most_connections(std::size_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t spare = 300;
    return std::min(wanted, (limit.rlim_cur - spare) / 2);
}

/// How long a balance call takes.
clock_type::duration median_of_calls(client& user) {
    std::vector<clock_type::duration> all;
    for (int i = 0; i < 301; ++i) {
        const auto began = clock_type::now();
        user.get("/api/v1/balance");
        all.push_back(clock_type::now() - began);
    }
    std::ranges::nth_element(all, all.begin() + 150);
    return all[150];
}

}  // namespace

TEST_CASE("ten thousand wait for their codes, cost others nothing, and each gets its own") {
    constexpr std::size_t accounts = 100;
    const auto count = most_connections(10'000);
    auto options = options_for(delivers_in_an_hour, "real");
    options.threads = 4;
    server mock{options};
    client all{mock.port(), ""};
    client beside{mock.port(), "sk_live_beside"};
    const auto alone = median_of_calls(beside);

    boost::asio::io_context shared;
    std::vector<std::unique_ptr<connection>> waiting;
    for (std::size_t i = 0; i < count; ++i) {
        waiting.push_back(std::make_unique<connection>(mock.port(), shared));
        waiting.back()->write(
            request_text("GET", wait_for(phone_of(i)), "sk_live_" + std::to_string(i % accounts)));
    }
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", count));
    const auto crowded = median_of_calls(beside);
    CAPTURE(alone.count());
    CAPTURE(crowded.count());
    CHECK(crowded < alone * 3 + std::chrono::milliseconds{1});

    for (std::size_t account = 0; account < accounts; ++account) {
        client user{mock.port(), "sk_live_" + std::to_string(account)};
        for (auto i = account; i < count; i += accounts)
            user.send_otp(phone_of(i), std::to_string(1'000'000 + i));
    }
    std::size_t own = 0;
    for (std::size_t i = 0; i < count; ++i)
        own += json_field(waiting[i]->read().body(), "code") == std::to_string(1'000'000 + i);
    CHECK(own == count);
    CHECK(metric_becomes(all, "nexo_mock_waiters", 0));
}

TEST_CASE("a client that goes away while it waits leaves nothing behind") {
    auto options = options_for(delivers_in_an_hour, "real");
    options.threads = 2;
    server mock{options};
    client all{mock.port(), ""};
    const auto wait = request_text("GET", wait_for(never_sent), "sk_live_a");
    const auto other = request_text("GET", "/api/v1/balance", "sk_live_a");
    struct way {
        const char* what;
        std::string text;
        bool vanishes;
    };
    for (const auto& each : {way{"closes", wait, false}, way{"vanishes", wait, true},
                             way{"closes behind another call", other + wait, false},
                             way{"vanishes behind another call", other + wait, true},
                             way{"closes with more to come", wait + other, false},
                             way{"vanishes with more to come", wait + other, true}}) {
        CAPTURE(each.what);
        std::vector<std::unique_ptr<connection>> waiting;
        for (int i = 0; i < 20; ++i) {
            waiting.push_back(std::make_unique<connection>(mock.port()));
            waiting.back()->write(each.text);
        }
        REQUIRE(metric_becomes(all, "nexo_mock_waiters", 20));
        if (each.vanishes) {
            for (const auto& one : waiting)
                one->vanish();
        }
        waiting.clear();
        CHECK(metric_becomes(all, "nexo_mock_waiters", 0));
        CHECK(metric_becomes(all, "nexo_mock_connections", 1));
    }
}

TEST_CASE("a client that vanishes while replies to it are stuck leaves no wait behind") {
    auto options = options_for(delivers_in_an_hour, "real");
    options.net.pipelined_bytes = 64 * 1024 * 1024;
    options.net.pipelined_requests = 1000;
    server mock{options};
    client all{mock.port(), ""};
    std::string much;
    for (int i = 0; i < 100; ++i)
        much += request_text("GET", "/_mock/openapi.json");
    std::vector<std::unique_ptr<connection>> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(std::make_unique<connection>(connection::narrow(mock.port())));
        waiting.back()->write(much + request_text("GET", wait_for(never_sent), "sk_live_a"));
    }
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 4));
    for (const auto& one : waiting)
        one->vanish();
    CHECK(metric_becomes(all, "nexo_mock_waiters", 0));
    CHECK(metric_becomes(all, "nexo_mock_connections", 1));
}

TEST_CASE("a client that only says it sends nothing more is answered at once") {
    server mock{options_for(delivers_in_an_hour, "real")};
    connection to{mock.port()};
    to.write(request_text("GET", wait_for(never_sent), "sk_live_a"));
    to.shut_down_sending();
    const auto reply = to.read();
    CHECK(reply.result_int() == 404);
    CHECK(json_field(reply.body(), "error") == "no_code");
    CHECK(to.is_closed());
}

TEST_CASE("a call behind one that waits is answered after it") {
    server mock{options_for(delivers_in_an_hour, "real")};
    client user{mock.port(), "sk_live_a"};
    for (const bool at_once : {true, false}) {
        CAPTURE(at_once);
        const auto seq =
            json_field(user.get("/_mock/otp/" + std::string{some_phone}).body(), "seq");
        connection to{mock.port()};
        const auto wait = request_text(
            "GET", wait_for(some_phone, "wait=5m&after=" + (seq.empty() ? "0" : seq)), "sk_live_a");
        const auto next = request_text("GET", "/api/v1/balance", "sk_live_a");
        to.write(at_once ? wait + next + wait : wait);
        if (!at_once) {
            client all{mock.port(), ""};
            REQUIRE(metric_becomes(all, "nexo_mock_waiters", 1));
            to.write(next + wait);
        }
        user.send_otp(some_phone, at_once ? "1111" : "2222");
        CHECK(json_field(to.read().body(), "code") == (at_once ? "1111" : "2222"));
        CHECK_FALSE(json_field(to.read().body(), "free_credit").empty());
        CHECK(json_field(to.read().body(), "code") == (at_once ? "1111" : "2222"));
    }
}

TEST_CASE("a wait looks past the codes it is told to, and into no other account or number") {
    auto options = options_for(delivers_in_an_hour, "real");
    options.threads = 4;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    user.send_otp(some_phone, "1111");
    const auto seq = json_field(user.get(wait_for(some_phone)).body(), "seq");
    connection narrow{mock.port()};
    connection wide{mock.port()};
    const auto newer = wait_for(some_phone, "wait=5m&after=" + seq);
    narrow.write(request_text("GET", newer, "sk_live_a"));
    wide.write(request_text("GET", newer));
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 2));

    user.send_otp(never_sent, "2222");
    other.send_otp(never_sent, "2323");
    CHECK(narrow.is_silent());
    CHECK(wide.is_silent());
    other.send_otp(some_phone, "3333");
    CHECK(json_field(wide.read().body(), "code") == "3333");
    CHECK(narrow.is_silent());
    user.send_otp(some_phone, "4444");
    CHECK(json_field(narrow.read().body(), "code") == "4444");
    CHECK(json_field(all.get(wait_for(some_phone)).body(), "code") == "4444");
    const auto ahead = std::to_string(std::stoull(seq) + 1'000'000);
    CHECK(all.get(wait_for(some_phone, "wait=1ms&after=" + ahead)).result_int() == 404);
}

TEST_CASE("a wait that is in vain says what came instead") {
    server mock{options_for(delivers_in_an_hour, "real")};
    client user{mock.port(), "sk_live_a"};
    client all{mock.port(), ""};
    connection waiting{mock.port()};
    waiting.write(request_text("GET", wait_for(never_sent), "sk_live_a"));
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 1));
    user.send_otp(some_phone);
    user.send_otp("nonsense");
    waiting.shut_down_sending();
    const auto detail = json_field(waiting.read().body(), "detail");
    CHECK(detail.find("codes went to +84981234567") != std::string::npos);
    CHECK(detail.find("invalid_phone") != std::string::npos);
    CHECK(json_field(user.get(wait_for(never_sent, "wait=1ms")).body(), "detail")
              .find("meanwhile no send-otp call came") != std::string::npos);
}

TEST_CASE("no code is missed, however the wait and the send meet") {
    auto options = options_for(delivers_in_an_hour, "real");
    options.threads = 4;
    server mock{options};
    constexpr int rounds = 300;
    std::atomic<int> got = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            const auto key = "sk_live_" + std::to_string(t);
            client user{mock.port(), key};
            connection narrow{mock.port()};
            connection wide{mock.port()};
            const auto phone = phone_of(static_cast<std::size_t>(t));
            std::string seq = "0";
            for (int i = 0; i < rounds; ++i) {
                const auto target = wait_for(phone, "wait=5m&after=" + seq);
                narrow.write(request_text("GET", target, key));
                wide.write(request_text("GET", target));
                const auto code = std::to_string(1'000 + i);
                user.send_otp(phone, code);
                const auto reply = narrow.read().body();
                seq = json_field(reply, "seq");
                got += json_field(reply, "code") == code;
                got += json_field(wide.read().body(), "code") == code;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    CHECK(got == 4 * rounds * 2);
}

TEST_CASE("a stop does not wait for those who wait") {
    for (const unsigned threads : {1U, 4U}) {
        CAPTURE(threads);
        auto options = options_for(delivers_in_an_hour, "real");
        options.threads = threads;
        server mock{options};
        client all{mock.port(), ""};
        std::vector<std::unique_ptr<connection>> waiting;
        for (int i = 0; i < 40; ++i) {
            waiting.push_back(std::make_unique<connection>(mock.port()));
            waiting.back()->write(
                request_text("GET", wait_for(never_sent), i % 2 == 0 ? "" : "sk_live_a"));
        }
        REQUIRE(metric_becomes(all, "nexo_mock_waiters", 40));
        const auto began = clock_type::now();
        mock.stop();
        CHECK(clock_type::now() - began < std::chrono::seconds{5});
        for (const auto& each : waiting) {
            const auto reply = each->read();
            CHECK(reply.result_int() == 404);
            CHECK(reply["Connection"] == "close");
            CHECK(each->is_closed());
        }
    }
}

TEST_CASE("a server whose time to stop is up ends with calls that wait") {
    auto options = options_for(delivers_in_an_hour, "real");
    options.threads = 2;
    options.drain_requests = std::chrono::milliseconds{0};
    server mock{options};
    client all{mock.port(), ""};
    std::vector<std::unique_ptr<connection>> waiting;
    for (int i = 0; i < 10; ++i) {
        waiting.push_back(std::make_unique<connection>(mock.port()));
        waiting.back()->write(request_text("GET", wait_for(never_sent), "sk_live_a"));
    }
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 10));
    mock.stop();
    for (const auto& each : waiting)
        each->read_to_end();
}
