#include <support/events.hpp>
#include <support/http.hpp>
#include <support/json.hpp>
#include <support/receiver.hpp>
#include <support/scale.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr int tests = fewer_under_tsan(200);
constexpr int sends = 10;  // in each half of a test
constexpr int steps = 4;   // of a clock, before it goes on to the end

std::string padded(int number, int digits) {
    auto text = std::to_string(number);
    return std::string(static_cast<std::size_t>(digits) - text.size(), '0') + text;
}

/// A test as users write them, with a key of its own, beside many others. It notes what is wrong,
/// since it runs on a thread of its own.
class user_test {
 public:
    user_test(std::uint16_t port, int number)
        : number_{number},
          key_{"sk_live_worker_" + padded(number, 4)},
          phone_{"+84981" + padded(number, 6)},
          user_{port, key_},
          waiting_{port},
          events_{port, key_} {}

    void run() {
        half(0);
        check_empty_after_reset();
        half(1);
        user_.post("/_mock/reset", "");
        check_events();
    }
    const std::vector<std::string>& wrong() const { return wrong_; }

 private:
    void half(int nth) {
        ids_.clear();
        masked_ = json{user_.get("/_mock/account").body()}["account"]["account"].text();
        for (int i = 0; i < sends; ++i)
            send_and_wait(nth, i);
        expect("what is under way is held", text_of(user_.get("/api/v1/balance").body(), "balance"),
               "9.78");  // ten sends are held
        advance_by_itself();
        check_deliveries();
        check_wallet();
        check_journal();
    }

    /// The wait is on its way before the code is.
    void send_and_wait(int nth, int i) {
        const auto code = padded((number_ * 100 + nth * sends + i) % 1'000'000, 6);
        const bool waits_first = i % 2 == 0;
        const auto wait = "/_mock/otp/" + phone_ + "?wait=60s&after=" + after_;
        if (waits_first) waiting_.write(request_text("GET", wait, key_));
        const auto sent = user_.send_otp(phone_, code);
        expect("the send is accepted", std::to_string(sent.result_int()), "202");
        ids_.push_back(text_of(sent.body(), "id"));
        if (!waits_first) waiting_.write(request_text("GET", wait, key_));
        const auto got = waiting_.read().body();
        expect("the code is the test's own", text_of(got, "code"), code);
        expect("the id is the test's own", text_of(got, "id"), ids_.back());
        after_ = text_of(got, "seq");
    }

    /// Every test moves its clock by another length.
    void advance_by_itself() {
        const auto before = user_.get("/_mock/clock").body();
        expect("a reset took the clock back", text_of(before, "now"), "2026-05-26T10:00:00.000Z");
        std::size_t fired = 0;
        for (int i = 0; i < steps; ++i) {
            const json report{user_.advance(R"({"by":")" + std::to_string(number_ + 1) + "ms\"}")};
            fired += report["fired"].size();
        }
        expect("nothing is due yet", std::to_string(fired), "0");
        const auto moved = (number_ + 1) * steps;  // below 10 s
        expect("the clock went its own way", text_of(user_.get("/_mock/clock").body(), "now"),
               "2026-05-26T10:00:0" + std::to_string(moved / 1000) + '.' + padded(moved % 1000, 3) +
                   "Z");
        const json report{user_.advance(R"({"to":"idle"})")};
        expect("each ends, and tells its webhook", text_of(report["fired_total"]),
               std::to_string(sends * 2));
        for (const auto& each : report["fired"].items())
            expect_own(each["delivery"].text());
    }

    void check_deliveries() {
        const json all{user_.get("/_mock/deliveries").body()};
        const auto list = all["deliveries"].items();
        expect("as many deliveries as sends", std::to_string(list.size()), std::to_string(sends));
        for (std::size_t i = 0; i < list.size() && i < ids_.size(); ++i) {
            expect("in the order of the sends", list[i]["id"].text(), ids_[i]);
            expect("of the test's account", list[i]["account"].text(), masked_);
            expect("to the test's number", list[i]["phone"].text(), phone_);
            const bool is_busy = list[i]["code"].text().back() < '5';
            expect("with the outcome of the code", list[i]["status"].text(),
                   is_busy ? "failed" : "delivered");
            expect("acknowledged", list[i]["webhooks"].items().at(0)["state"].text(),
                   "acknowledged");
        }
    }

    void check_wallet() {
        const json all{user_.get("/_mock/account").body()};
        int delivered = 0;
        for (const auto& each :
             json{user_.get("/_mock/deliveries?status=delivered").body()}["deliveries"].items()) {
            delivered += each["settlement"].text() == "charged";
        }
        expect("half of the codes are busy", std::to_string(delivered), std::to_string(sends / 2));
        expect("what failed is given back", all["account"]["balance"].text(), "9.89");
    }

    void check_journal() {
        const json all{user_.get("/_mock/requests").body()};
        const auto calls = all["requests"].items();
        expect("each vendor call is in the journal", std::to_string(calls.size()),
               std::to_string(sends + 1));
        for (std::size_t i = 0; i < calls.size(); ++i) {
            expect("of the test's account", calls[i]["account"].text(), masked_);
            if (i < ids_.size()) expect("its delivery", calls[i]["delivery"].text(), ids_[i]);
        }
        const json hooks{user_.get("/_mock/webhooks").body()};
        expect("each webhook is in the journal", std::to_string(hooks["attempts"].size()),
               std::to_string(sends));
        for (const auto& each : hooks["attempts"].items())
            expect_own(each["delivery"].text());
    }

    void check_empty_after_reset() {
        user_.post("/_mock/reset", "");
        for (const auto* list : {"deliveries", "requests", "webhooks"}) {
            const auto* name = list == std::string{"webhooks"} ? "attempts" : list;
            const json left{user_.get("/_mock/" + std::string{list}).body()};
            expect("a reset leaves nothing", std::to_string(left[name].size()), "0");
        }
        expect("a reset fills the wallet", text_of(user_.get("/api/v1/balance").body(), "balance"),
               "10");
        user_.post("/_mock/reset", "");
    }

    /// Two halves, each of ten sends, and three resets.
    void check_events() {
        int requests = 0;
        int deliveries = 0;
        int webhooks = 0;
        for (int resets = 0; resets < 3; ++resets) {
            for (const auto& each : events_.up_to("reset")) {
                expect("an event of the test's account", json{each.data}["account"].text(),
                       masked_);
                requests += each.type == "request";
                deliveries += each.type == "delivery";
                webhooks += each.type == "webhook";
            }
        }
        expect("its requests", std::to_string(requests), std::to_string(2 * (sends + 1) + 1));
        expect("its deliveries", std::to_string(deliveries), std::to_string(2 * sends * 2));
        expect("its webhooks", std::to_string(webhooks), std::to_string(2 * sends));
    }

    static std::string text_of(const std::string& body, const char* name) {
        return json_field(body, name);
    }
    static std::string text_of(const json& value) { return value.text(); }

    void expect_own(const std::string& id) {
        for (const auto& each : ids_) {
            if (each == id) return;
        }
        wrong_.push_back("a delivery of another test: " + id);
    }
    void expect(const std::string& what, const std::string& is, const std::string& wanted) {
        if (is != wanted) wrong_.push_back(what + ": " + is + ", not " + wanted);
    }

    int number_;
    std::string key_;
    std::string phone_;
    std::string masked_;
    client user_;
    connection waiting_;
    follower events_;
    std::string after_ = "0";
    std::vector<std::string> ids_;
    std::vector<std::string> wrong_;
};

}  // namespace

TEST_CASE("many tests at once, each with its own key, see nothing of each other") {
    receiver hook{{200}};
    auto options = options_for(R"({"webhook": {"url": ")" + hook.url() +
                                   R"(", "secret": "s"},
        "account_defaults": {"balance": 10, "free_credit": 0},
        "rules": [{"when": {"code": ["*0", "*1", "*2", "*3", "*4"]},
                   "then": {"fail": "busy", "after": "10s"}},
                  {"then": {"deliver": true, "after": "20s"}}]})",
                               "manual@2026-05-26T10:00:00Z");
    options.threads = 4;
    server mock{options};
    std::vector<std::vector<std::string>> wrong(std::size_t{tests});
    std::vector<std::thread> threads;
    for (int i = 0; i < tests; ++i) {
        threads.emplace_back([&, i] {
            try {
                user_test each{mock.port(), i};
                each.run();
                wrong[static_cast<std::size_t>(i)] = each.wrong();
            } catch (const std::exception& e) {
                wrong[static_cast<std::size_t>(i)].emplace_back(e.what());
            }
        });
    }
    for (auto& each : threads)
        each.join();
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        CAPTURE(i);
        for (const auto& each : wrong[i])
            FAIL_CHECK(each);
    }
    client all{mock.port(), ""};
    CHECK(json_field(all.get("/_mock/health").body(), "accounts") == std::to_string(tests));
    CHECK(hook.requests().size() == tests * sends * 2);
}
