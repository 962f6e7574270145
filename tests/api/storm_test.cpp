#include <support/under_way.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr int threads = 6;
constexpr int calls_of_thread = 400;
constexpr int accounts = 4;

/// Anything that a client may do, in any order.
class storm {
 public:
    storm(std::uint16_t port, unsigned seed) : port_{port}, random_{seed} {}

    void run() {
        for (int i = 0; i < calls_of_thread; ++i)
            step();
        for (const auto& each : left_open_)
            each->vanish();
    }
    /// Replies that make no sense, by what was asked.
    const std::map<std::string, int>& strange() const { return strange_; }

 private:
    struct ask {
        const char* method;
        std::string target;
        std::string body;
    };

    std::size_t below(std::size_t bound) { return random_() % bound; }

    std::string some_key_or_none() {
        const auto nth = below(accounts + 1);
        return nth == accounts ? std::string{} : "sk_live_storm_" + std::to_string(nth);
    }
    std::string number() {
        return std::string{std::array{tells_at_once, stays_sent, never_sent}[below(3)]};
    }

    ask any() {
        const auto id = "/_mock/deliveries/" + id_;
        const auto seq = std::to_string(below(300));
        const std::vector<ask> all{
            {"POST", "/api/v1/send-otp", otp_body(number())},
            {"POST", "/api/v1/send-otp", otp_body(number())},
            {"POST", "/api/v1/send-otp", otp_body(number())},
            {"POST", "/api/v1/send-otp", otp_body(replies_slowly)},
            {"GET", "/api/v1/balance", ""},
            {"GET", "/api/v1/deliveries/" + id_, ""},
            {"GET", "/_mock/health", ""},
            {"GET", "/_mock/otp/" + number() + "?wait=2ms&after=" + seq, ""},
            {"GET", "/_mock/otp/" + number(), ""},
            {"GET", "/_mock/deliveries?limit=5&after=" + seq, ""},
            {"GET", id, ""},
            {"GET", id + "/scenario", ""},
            {"POST", id + "/complete", R"({"status":"failed","error_code":"busy"})"},
            {"GET", "/_mock/webhooks?limit=5", ""},
            {"POST", "/_mock/webhooks/" + seq + "/redeliver", ""},
            {"POST", "/_mock/webhooks/ping", ""},
            {"GET", "/_mock/requests?limit=5&after=" + seq, ""},
            {"GET", "/_mock/accounts", ""},
            {"GET", "/_mock/account", ""},
            {"PATCH", "/_mock/account", R"({"balance":)" + std::to_string(below(100)) + '}'},
            {"GET", "/_mock/scenario", ""},
            {"PUT", "/_mock/scenario", R"({"name":"other","rules":[{"then":{"deliver":true}}]})"},
            {"DELETE", "/_mock/scenario", ""},
            {"POST", "/_mock/rules", R"({"when":{"every":3},"then":{"error":"rate_limited"}})"},
            {"GET", "/_mock/clock", ""},
            {"PUT", "/_mock/clock", R"({"mode":"manual"})"},
            {"PUT", "/_mock/clock", R"({"mode":"instant"})"},
            {"PUT", "/_mock/clock", R"({"mode":"x60"})"},
            {"POST", "/_mock/clock/advance", R"({"by":"1s"})"},
            {"POST", "/_mock/clock/advance", R"({"to":"next"})"},
            {"POST", "/_mock/clock/advance", R"({"to":"idle"})"},
            {"POST", "/_mock/reset", ""},
            {"GET", "/_mock/verify", ""},
            {"GET", "/metrics", ""}};
        return all[below(all.size())];
    }

    void step() {
        const auto key = some_key_or_none();
        if (below(20) == 0) return open_something(key);
        if (!connection_ || below(50) == 0) connection_ = std::make_unique<connection>(port_);
        const auto asked = any();
        connection_->write(request_text(asked.method, asked.target, key, asked.body));
        http_reply reply;
        try {
            reply = connection_->read();
        } catch (const std::exception&) {  // a held reply that a reset ended
            connection_.reset();
            if (asked.target.starts_with("/_mock")) ++strange_["no reply to " + asked.target];
            return;
        }
        check(asked, reply);
    }

    /// Waits and streams that are left alone, or left.
    void open_something(const std::string& key) {
        left_open_.push_back(std::make_unique<connection>(port_));
        const auto target = below(2) == 0 ? std::string{"/_mock/events"}
                                          : "/_mock/otp/" + number() + "?wait=5m&after=999999999";
        left_open_.back()->write(request_text("GET", target, key));
        if (below(3) == 0) left_open_.back()->shut_down_sending();
        if (left_open_.size() > 4) left_open_.erase(left_open_.begin());
    }

    void check(const ask& asked, const http_reply& reply) {
        const auto status = reply.result_int();
        if (status >= 500) ++strange_[asked.target + ' ' + std::to_string(status)];
        if (asked.target == "/metrics") return;
        try {
            const json body{reply.body()};
            if (asked.target.find("send-otp") != std::string::npos && status == 202) {
                id_ = body["id"].text();
            }
        } catch (const std::exception& e) {
            ++strange_[asked.target + ' ' + std::to_string(status) + ' ' + e.what()];
        }
    }

    std::uint16_t port_;
    std::minstd_rand random_;
    std::unique_ptr<connection> connection_;
    std::vector<std::unique_ptr<connection>> left_open_;
    std::string id_ = "none";
    std::map<std::string, int> strange_;
};

}  // namespace

TEST_CASE("whatever clients do at once, each is answered, and in the end nothing is left") {
    for (unsigned seed = 1; seed <= 3; ++seed) {
        CAPTURE(seed);
        receiver hook{[](std::size_t nth, const receiver::request&) {
            return nth % 7 == 0 ? 500 : nth % 11 == 0 ? 0 : 200;
        }};
        auto options = options_for(under_way_scenario(hook), seed % 2 == 0 ? "manual" : "real");
        options.threads = 4;
        options.world.max_deliveries = 20;
        options.world.journal.entries = 30;
        server mock{options};
        std::vector<std::unique_ptr<storm>> storms;
        for (unsigned t = 0; t < threads; ++t)
            storms.push_back(std::make_unique<storm>(mock.port(), seed * 100 + t));
        std::vector<std::thread> running;
        for (auto& each : storms)
            running.emplace_back([&] { each->run(); });
        for (auto& each : running)
            each.join();
        for (const auto& each : storms) {
            for (const auto& [what, times] : each->strange())
                FAIL_CHECK(what << ", " << times << " times");
        }
        storms.clear();
        client all{mock.port(), ""};
        CHECK(metric_becomes(all, "nexo_mock_waiters", 0));
        CHECK(metric_becomes(all, "nexo_mock_event_followers", 0));
        CHECK(metric_becomes(all, "nexo_mock_connections", 1));
        all.post("/_mock/reset", "");
        CHECK(json{all.get("/_mock/accounts").body()}["accounts"].size() == 0);
        client user{mock.port(), "sk_live_storm_0"};
        user.put("/_mock/clock", R"({"mode":"instant"})");
        const auto before = hook.requests().size();
        CHECK(user.send_otp(tells_at_once).result_int() == 202);
        CHECK(hook.gets(before + 1));
    }
}
