#include <support/under_way.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

std::uint64_t number_of(const sse& event) {
    return std::stoull(event.id);
}

/// As many calls in a row as wanted, each an event, without reading the replies one by one.
void many_calls(std::uint16_t port, std::string_view key, std::size_t count,
                const std::string& target = "/api/v1/balance") {
    connection to{port};
    constexpr std::size_t at_once = 100;
    for (std::size_t done = 0; done < count; done += at_once) {
        std::string text;
        const auto now = std::min(at_once, count - done);
        for (std::size_t i = 0; i < now; ++i)
            text += request_text("GET", target, key);
        to.write(text);
        for (std::size_t i = 0; i < now; ++i)
            REQUIRE(to.read().result_int() == 200);
    }
}

}  // namespace

TEST_CASE("who follows all accounts gets every event, numbered without a gap") {
    auto options = options_for(delivers_many);
    options.threads = 4;
    server mock{options};
    follower events{mock.port()};
    CHECK(events.head().find("200 OK") != std::string::npos);
    CHECK(events.head().find("Content-Type: text/event-stream") != std::string::npos);
    CHECK(events.head().find("Content-Length") == std::string::npos);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            client user{mock.port(), "sk_live_" + std::to_string(t)};
            for (int i = 0; i < 50; ++i)
                user.send_otp(some_phone);
            user.advance(R"({"by":"2s"})");
        });
    }
    for (auto& each : threads)
        each.join();
    client all{mock.port(), ""};
    all.post("/_mock/reset", "");
    const auto got = events.up_to("reset");
    std::map<std::string, int> types;
    for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(number_of(got[i]) == i + 1);
        ++types[got[i].type];
    }
    CHECK(types["request"] == 200);
    CHECK(types["delivery"] == 400);
    CHECK(types["clock"] == 4);
    CHECK(got.size() == 605);
}

TEST_CASE("who comes back with the last id goes on behind it") {
    server mock{options_for(delivers_many)};
    client user{mock.port(), "sk_live_a"};
    std::uint64_t last = 0;
    {
        follower events{mock.port()};
        many_calls(mock.port(), "sk_live_a", 10);
        for (int i = 0; i < 4; ++i)
            last = number_of(*events.next());
    }
    for (int round = 0; round < 3; ++round) {
        many_calls(mock.port(), "sk_live_a", 5);
        follower again{mock.port(), "", std::to_string(last)};
        for (int i = 0; i < 4; ++i) {
            const auto next = again.next();
            REQUIRE(next.has_value());
            CHECK(number_of(*next) == last + 1);
            CHECK(next->type == "request");
            last = number_of(*next);
        }
    }
    follower newest{mock.port(), "", "25"};  // there are as many
    many_calls(mock.port(), "sk_live_a", 1);
    CHECK(newest.next()->id == "26");
}

TEST_CASE("an id that was never given means another emulator: how much is missed is unknown") {
    server mock{options_for(delivers_many)};
    follower first{mock.port()};
    many_calls(mock.port(), "sk_live_a", 3);
    for (const std::string seen : {"4", "1000", "18446744073709551614", "18446744073709551615"}) {
        CAPTURE(seen);
        follower events{mock.port(), "", seen};
        const auto gap = events.next();
        REQUIRE(gap.has_value());
        CHECK(gap->type == "gap");
        CHECK(gap->id.empty());
        CHECK(gap->data == R"({"missed":null})");
    }
    follower last{mock.port(), "", "3"};
    many_calls(mock.port(), "sk_live_a", 1);
    CHECK(last.next()->id == "4");
    for (const std::string bad : {"x", "-1", "1.5", "18446744073709551616"}) {
        CAPTURE(bad);
        connection to{mock.port()};
        to.write(request_text("GET", "/_mock/events", "", "", "Last-Event-ID: " + bad + "\r\n"));
        CHECK(to.read().result_int() == 400);
    }
}

TEST_CASE("who follows one account gets its events and those of all") {
    server mock{options_for(delivers_many)};
    client user{mock.port(), "sk_live_a"};
    client other{mock.port(), "sk_live_b"};
    client all{mock.port(), ""};
    follower own{mock.port(), "sk_live_a"};
    const auto masked = json{user.get("/_mock/account").body()}["account"]["account"].text();
    other.send_otp(some_phone);
    user.send_otp(some_phone);
    other.put("/_mock/scenario", R"({"name": "others"})");
    other.advance(R"({"by":"1s"})");
    all.put("/_mock/scenario", R"({"name": "of all"})");
    all.put("/_mock/clock", R"({"now":"2050-01-01T00:00:00Z"})");
    other.post("/_mock/reset", "");
    user.put("/_mock/scenario", R"({"name": "own"})");
    all.post("/_mock/reset", "");
    const auto got = own.up_to("reset");
    std::vector<std::string> told;
    for (const auto& each : got) {
        const json data{each.data};
        const bool is_own = data["account"].text() == masked;
        CHECK((is_own || data["account"].is_null()));
        told.push_back(each.type + (is_own ? "" : " of all"));
    }
    CHECK(told == std::vector<std::string>{"delivery", "request", "scenario of all", "delivery",
                                           "clock of all", "scenario", "reset of all"});
}

TEST_CASE("who follows one account is not told of calls that belong to none") {
    server mock{options_for(delivers_many)};
    client stranger{mock.port(), ""};
    client user{mock.port(), "sk_live_a"};
    follower own{mock.port(), "sk_live_a"};
    follower all{mock.port()};
    CHECK(stranger.get("/api/v1/balance").result_int() == 401);
    CHECK(user.get("/api/v1/balance").result_int() == 200);
    CHECK(user.get("/api/v1/nowhere").result_int() == 404);
    for (const int status : {401, 200, 404})
        CHECK(json{all.next()->data}["status"].number() == status);
    for (const int status : {200, 404})
        CHECK(json{own.next()->data}["status"].number() == status);
}

TEST_CASE("a stream that begins while the server stops does not hold it up") {
    server mock{options_for(R"({"rules": [{"then": {"deliver": true, "latency": "300ms"}}]})")};
    connection to{mock.port()};
    to.write(request_text("POST", "/api/v1/send-otp", "sk_live_a",
                          R"({"phone":"+84981234567","code":"482917"})") +
             request_text("GET", "/_mock/events", "sk_live_a"));
    client user{mock.port(), "sk_live_a"};
    while (user.get("/_mock/deliveries").body().find("482917") == std::string::npos) {
    }
    const auto began = std::chrono::steady_clock::now();
    mock.stop();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{5});
    CHECK(to.read().result_int() == 202);
}

TEST_CASE("who comes back too late is told how many events are gone") {
    auto options = options_for(delivers_many);
    server mock{options};
    {
        follower first{mock.port()};
        many_calls(mock.port(), "sk_live_a", 1);
        CHECK(first.next()->id == "1");
    }
    constexpr std::size_t kept = 10'000;
    many_calls(mock.port(), "sk_live_a", kept);  // up to 10,001: 1 is gone, and was seen
    CHECK(follower{mock.port(), "", "1"}.next()->id == "2");
    many_calls(mock.port(), "sk_live_a", 6);
    follower late{mock.port(), "", "1"};
    const auto gap = late.next();
    REQUIRE(gap.has_value());
    CHECK(gap->type == "gap");
    CHECK(gap->data == R"({"missed":6})");
    std::uint64_t expected = 8;
    bool is_whole = true;
    for (std::size_t i = 0; i < kept; ++i)
        is_whole = number_of(*late.next()) == expected++ && is_whole;
    CHECK(is_whole);
    client all{mock.port(), ""};
    CHECK(metric_becomes(all, "nexo_mock_events_evicted_total", 7));
}

TEST_CASE("who follows and does not read is dropped, and told why") {
    auto options = options_for(delivers_many);
    options.threads = 2;
    server mock{options};
    follower slow{connection::narrow(mock.port()), "", ""};
    follower good{mock.port()};
    std::thread reading{[&] { good.up_to("reset"); }};
    // Long paths fill what the sockets hold; then 10,000 more are as many as are kept.
    many_calls(mock.port(), "sk_live_a", 16'000, "/api/v1/balance?" + std::string(900, 'x'));
    client all{mock.port(), ""};
    all.post("/_mock/reset", "");
    reading.join();

    std::uint64_t last = 0;
    bool is_whole = true;
    const auto got = slow.up_to("dropped");
    for (std::size_t i = 0; i + 1 < got.size(); ++i) {
        is_whole = is_whole && number_of(got[i]) == last + 1;
        last = number_of(got[i]);
    }
    CHECK(is_whole);
    REQUIRE_FALSE(got.empty());
    CHECK(got.back().type == "dropped");
    CHECK(got.back().data.find("too slow") != std::string::npos);
    CHECK(last < 6'002);
    CHECK_FALSE(slow.next().has_value());
    CHECK(metric_becomes(all, "nexo_mock_event_followers", 1));
}

TEST_CASE("a hundred followers under load get the same events in the same order") {
    auto options = options_for(delivers_many, "instant");
    options.threads = 4;
    server mock{options};
    constexpr int followers = 100;
    constexpr int writers = 4;
    std::vector<std::string> told(followers);
    std::vector<std::unique_ptr<follower>> all;
    for (int i = 0; i < followers; ++i)
        all.push_back(std::make_unique<follower>(mock.port()));
    std::vector<std::thread> threads;
    for (int i = 0; i < followers; ++i) {
        threads.emplace_back([&, i] {
            auto& text = told[static_cast<std::size_t>(i)];
            for (const auto& each : all[static_cast<std::size_t>(i)]->up_to("reset"))
                text += each.id + each.type[0] + ' ';
        });
    }
    std::vector<std::thread> writing;
    for (int t = 0; t < writers; ++t) {
        writing.emplace_back([&, t] {
            client user{mock.port(), "sk_live_" + std::to_string(t)};
            for (int i = 0; i < 50; ++i)
                user.send_otp(some_phone);
        });
    }
    for (auto& each : writing)
        each.join();
    client{mock.port(), ""}.post("/_mock/reset", "");
    for (auto& each : threads)
        each.join();
    CHECK(std::ranges::count(told.front(), ' ') == writers * 50 * 3 + 1);
    CHECK(std::ranges::adjacent_find(told, std::not_equal_to<>{}) == told.end());
}

TEST_CASE("a follower that leaves is forgotten, and one that only asks for the head is none") {
    server mock{options_for(delivers_many)};
    client all{mock.port(), ""};
    {
        std::vector<std::unique_ptr<follower>> some;
        for (int i = 0; i < 10; ++i)
            some.push_back(std::make_unique<follower>(mock.port()));
        REQUIRE(metric_becomes(all, "nexo_mock_event_followers", 10));
        some[0]->over().vanish();
        some[1]->over().shut_down_sending();
        CHECK(some[1]->up_to("none").empty());
        CHECK(metric_becomes(all, "nexo_mock_event_followers", 8));
    }
    CHECK(metric_becomes(all, "nexo_mock_event_followers", 0));
    connection to{mock.port()};
    to.write(request_text("HEAD", "/_mock/events"));
    const auto head = to.read("HEAD");
    CHECK(head.result_int() == 200);
    CHECK(head["Content-Type"] == "text/event-stream");
    to.write(request_text("GET", "/_mock/health"));
    CHECK(to.read().result_int() == 200);
    CHECK(metric_becomes(all, "nexo_mock_event_followers", 0));
}

TEST_CASE("streams end when the server stops, whole and at once") {
    auto options = options_for(delivers_many);
    options.threads = 4;
    server mock{options};
    std::vector<std::unique_ptr<follower>> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(std::make_unique<follower>(mock.port(), i % 2 == 0 ? "" : "sk_live_a"));
    many_calls(mock.port(), "sk_live_a", 10);
    for (const auto& each : all) {
        for (int i = 0; i < 10; ++i)
            CHECK(each->next()->type == "request");
    }
    const auto began = std::chrono::steady_clock::now();
    mock.stop();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{5});
    for (const auto& each : all)
        CHECK_FALSE(each->next().has_value());
}

TEST_CASE("a stream that has nothing to say shows that it lives") {
    auto options = options_for(delivers_many);
    options.net.heartbeat = std::chrono::milliseconds{20};
    options.net.sweep = std::chrono::milliseconds{5};
    server mock{options};
    follower events{mock.port()};
    CHECK(events.begins() == ": events follow");
    std::string beats;
    CHECK(events.over().read_until(beats, "\n\n"));
    CHECK(beats.starts_with(": still here\n\n"));
    many_calls(mock.port(), "sk_live_a", 1);
    CHECK(events.next()->type == "request");
}

TEST_CASE("what journals do not keep is told to followers all the same") {
    receiver hook{{200}};
    auto options =
        options_for(R"({"webhook": {"url": ")" + hook.url() +
                    R"(", "secret": "s"}, "rules": [{"then": {"deliver": true, "after": "1s"}}]})");
    options.world.journal.entries = 0;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    follower events{mock.port(), "sk_live_a"};
    user.send_otp(some_phone);
    user.advance(R"({"to":"idle"})");
    user.post("/_mock/webhooks/ping", "");
    user.post("/_mock/reset", "");
    std::vector<std::string> types;
    for (const auto& each : events.up_to("reset"))
        types.push_back(each.type);
    CHECK(types == std::vector<std::string>{"delivery", "request", "delivery", "webhook", "clock",
                                            "webhook", "reset"});
}
