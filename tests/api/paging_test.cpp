#include <support/http.hpp>
#include <support/json.hpp>
#include <support/receiver.hpp>
#include <support/scale.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr int writers = 8;
constexpr int sends_of_writer = support::fewer_under_tsan(150);
constexpr int sends_of_account = 25;  // then the writer takes a new key
constexpr int all_sends = writers * sends_of_writer;

/// Someone who pages through a list of all accounts while others write.
class pager {
 public:
    pager(std::uint16_t port, std::string list, std::string name, std::size_t limit)
        : user_{port, ""}, list_{std::move(list)}, name_{std::move(name)}, limit_{limit} {}

    /// Until `ends` and nothing more is there.
    void run(const std::atomic<bool>& ends) {
        for (;;) {
            const bool is_over = ends;
            const auto got = take();
            if (is_over && got == 0) return;
        }
    }

    const std::vector<std::uint64_t>& seen() const { return seen_; }
    bool was_always_right() const { return is_right_; }

 private:
    std::size_t take() {
        const auto after = seen_.empty() ? 0 : seen_.back();
        const json page{user_
                            .get("/_mock/" + list_ + "?limit=" + std::to_string(limit_) +
                                 "&after=" + std::to_string(after))
                            .body()};
        const auto seqs = seqs_of(page[name_]);
        // A page that says "more" is full; what is evicted would be missing.
        is_right_ = is_right_ && seqs.size() <= limit_ && page["evicted"].number() == 0 &&
                    (!page["more"].is_true() || seqs.size() == limit_);
        seen_.insert(seen_.end(), seqs.begin(), seqs.end());
        return seqs.size();
    }

    client user_;
    std::string list_;
    std::string name_;
    std::size_t limit_;
    std::vector<std::uint64_t> seen_;
    bool is_right_ = true;
};

bool is_growing(const std::vector<std::uint64_t>& seqs) {
    return std::ranges::adjacent_find(seqs, std::ranges::greater_equal{}) == seqs.end();
}

void write(std::uint16_t port, int nth, std::atomic<int>& accepted) {
    const connection none{port};
    for (int i = 0; i < sends_of_writer; i += sends_of_account) {
        client user{port, "sk_live_w" + std::to_string(nth) + '_' + std::to_string(i)};
        for (int n = 0; n < sends_of_account; ++n)
            accepted += user.send_otp(some_phone).result_int() == 202;
        client stranger{port, "sk_test_unknown"};
        stranger.get("/api/v1/balance");
    }
}

}  // namespace

TEST_CASE("who pages while others write sees every entry once, in order") {
    receiver hook{{200}};
    auto options = options_for(R"({"webhook": {"url": ")" + hook.url() +
                                   R"(", "secret": "s"},
        "account_defaults": {"balance": 1000}, "rules": [{"then": {"deliver": true}}]})",
                               "real");
    options.threads = 4;
    server mock{options};
    std::vector<pager> pagers;
    for (const std::size_t limit : {5UL, 300UL}) {
        pagers.emplace_back(mock.port(), "deliveries", "deliveries", limit);
        pagers.emplace_back(mock.port(), "requests", "requests", limit);
        pagers.emplace_back(mock.port(), "webhooks", "attempts", limit);
    }
    std::atomic<bool> ends = false;
    std::vector<std::thread> reading;
    for (auto& each : pagers)
        reading.emplace_back([&] { each.run(ends); });
    std::atomic<int> accepted = 0;
    std::vector<std::thread> writing;
    for (int i = 0; i < writers; ++i)
        writing.emplace_back([&, i] { write(mock.port(), i, accepted); });
    for (auto& each : writing)
        each.join();
    client all{mock.port(), ""};
    while (json_field(all.get("/_mock/health").body(), "acknowledged") !=
           std::to_string(all_sends)) {
    }
    ends = true;
    for (auto& each : reading)
        each.join();

    REQUIRE(accepted == all_sends);
    constexpr std::size_t strangers = writers * sends_of_writer / sends_of_account;
    for (std::size_t i = 0; i < pagers.size(); ++i) {
        CAPTURE(i);
        const bool lists_calls = i % 3 == 1;
        CHECK(pagers[i].was_always_right());
        CHECK(is_growing(pagers[i].seen()));
        CHECK(pagers[i].seen().size() == all_sends + (lists_calls ? strangers : 0));
    }
    CHECK(pagers[0].seen() == pagers[3].seen());
    CHECK(pagers[1].seen() == pagers[4].seen());
    CHECK(pagers[2].seen() == pagers[5].seen());
}

TEST_CASE("filters do not make pages skip or repeat") {
    auto options = options_for(
        R"({"account_defaults": {"balance": 1000}, "rules": [
            {"when": {"every": 3}, "then": {"error": "rate_limited"}},
            {"when": {"code": "1*"}, "then": {"fail": "busy", "after": "1s"}},
            {"then": {"deliver": true, "after": "1s"}}]})");
    server mock{options};
    client all{mock.port(), ""};
    for (int account = 0; account < 3; ++account) {
        client user{mock.port(), "sk_live_" + std::to_string(account)};
        for (int i = 0; i < 20; ++i) {
            user.send_otp(some_phone, i % 2 == 0 ? "1111" : "2222");
            user.get("/api/v1/balance");
        }
        user.advance(R"({"to":"idle"})");
    }
    struct list {
        std::string target;
        std::string name;
        std::size_t count;
    };
    for (const auto& each : {list{"/_mock/deliveries?status=failed", "deliveries", 21},
                             list{"/_mock/deliveries?status=delivered", "deliveries", 21},
                             list{"/_mock/deliveries?status=sent", "deliveries", 0},
                             list{"/_mock/deliveries?phone=+84981234567", "deliveries", 42},
                             list{"/_mock/requests?status=429", "requests", 18},
                             list{"/_mock/requests?status=2xx", "requests", 102},
                             list{"/_mock/requests?status=4xx&endpoint=send-otp", "requests", 18},
                             list{"/_mock/requests?endpoint=balance", "requests", 60}}) {
        CAPTURE(each.target);
        std::vector<std::uint64_t> seen;
        for (bool more = true; more;) {
            const auto after = std::to_string(seen.empty() ? 0 : seen.back());
            const json page{all.get(each.target + "&limit=4&after=" + after).body()};
            const auto seqs = seqs_of(page[each.name]);
            seen.insert(seen.end(), seqs.begin(), seqs.end());
            more = page["more"].is_true();
        }
        CHECK(is_growing(seen));
        CHECK(seen.size() == each.count);
    }
}

TEST_CASE("journals keep as many as they are told to, and count the rest") {
    for (const std::size_t most : {0UL, 1UL, 3UL, 100UL}) {
        CAPTURE(most);
        receiver hook{{200}};
        auto options = options_for(R"({"webhook": {"url": ")" + hook.url() +
                                   R"(", "secret": "s"}, "account_defaults": {"balance": 1000},
            "rules": [{"then": {"deliver": true, "after": "1s"}}]})");
        options.world.journal.entries = most;
        server mock{options};
        client user{mock.port(), "sk_live_a"};
        client other{mock.port(), "sk_live_b"};
        client stranger{mock.port(), "sk_test_unknown"};
        client all{mock.port(), ""};
        for (int i = 0; i < 10; ++i) {
            for (auto* each : {&user, &other})
                each->send_otp(some_phone);
            stranger.get("/api/v1/balance");
        }
        all.advance(R"({"to":"idle"})");
        const auto kept = std::min<std::size_t>(most, 10);
        for (auto* each : {&user, &all}) {
            const std::size_t accounts = each == &user ? 1 : 2;
            const std::size_t journals = each == &user ? 1 : 3;  // with that of strangers
            const json calls{each->get("/_mock/requests").body()};
            CHECK(calls["requests"].size() == journals * kept);
            CHECK(calls["evicted"].number() == journals * (10 - kept));
            const json hooks{each->get("/_mock/webhooks").body()};
            CHECK(hooks["attempts"].size() == accounts * kept);
            CHECK(hooks["evicted"].number() == accounts * (10 - kept));
            CHECK(is_growing(seqs_of(calls["requests"])));
            CHECK(is_growing(seqs_of(hooks["attempts"])));
        }
        const json account{user.get("/_mock/account").body()};
        CHECK(account["account"]["requests"].number() == 10);
        CHECK(account["account"]["webhooks"]["acknowledged"].number() == 10);
    }
}

TEST_CASE(
    "what a journal no longer holds can't be sent again, and a ping is answered all the same") {
    receiver hook{{200}};
    for (const std::size_t most : {0UL, 1UL}) {
        CAPTURE(most);
        auto options = options_for(R"({"webhook": {"url": ")" + hook.url() +
                                   R"(", "secret": "s"},
            "rules": [{"then": {"deliver": true, "after": "1s"}}]})");
        options.world.journal.entries = most;
        server mock{options};
        client user{mock.port(), "sk_live_a"};
        user.send_otp(some_phone);
        user.send_otp(some_phone);
        user.advance(R"({"to":"idle"})");
        CHECK(user.post("/_mock/webhooks/1/redeliver", "").result_int() == 404);
        CHECK(user.post("/_mock/webhooks/2/redeliver", "").result_int() == (most == 0 ? 404 : 200));
        const json ping{user.post("/_mock/webhooks/ping", "").body()};
        CHECK(ping["attempt"]["kind"].text() == "ping");
        CHECK(ping["attempt"]["delivery"].text() == "test");
    }
}
