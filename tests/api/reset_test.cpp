#include <support/under_way.hpp>

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

/// Held replies are under way once they are in the journal.
void wait_for_calls(client& user, std::size_t calls) {
    for (;;) {
        const json account{user.get("/_mock/account").body()};
        if (account["account"]["requests"].number() == calls) return;
    }
}

std::string text_of(std::string_view phone) {
    return std::string{phone};
}

/// Nothing of before is to be seen: neither by its journals nor in its wallet.
void check_is_as_new(busy_account& of) {
    CHECK(of.get("/_mock/deliveries")["deliveries"].size() == 0);
    CHECK(of.get("/_mock/requests")["requests"].size() == 0);
    CHECK(of.get("/_mock/webhooks")["attempts"].size() == 0);
    const auto account = of.get("/_mock/account")["account"];
    CHECK(account["balance"].text() == "1000");
    CHECK(account["requests"].number() == 0);
    CHECK(account["deliveries"]["accepted"].number() == 0);
    CHECK(account["webhooks"]["waiting"].number() == 0);
    CHECK(of.user().get("/_mock/otp/" + text_of(stays_sent)).result_int() == 404);
}

void check_waits_ended_by_reset(busy_account& of) {
    for (const auto& each : of.waiting()) {
        const auto reply = each->read();
        CHECK(reply.result_int() == 409);
        CHECK(json_field(reply.body(), "error") == "reset");
    }
}

void check_held_replies_are_lost(busy_account& of) {
    for (const auto& each : of.held())
        CHECK(each->is_closed());
}

/// As many webhooks as an account may have on its way, and its receiver has them all at once,
/// though those of before are unanswered.
void check_webhooks_go_out_at_once(busy_account& of, const receiver& hook) {
    const auto before = hook.requests().size();
    for (int i = 0; i < 16; ++i)
        REQUIRE(of.user().send_otp(tells_at_once).result_int() == 202);
    CHECK(hook.gets(before + 16));
}

/// What follows the reset is what was sent since, and none of it was there before.
void check_events_after_reset(busy_account& of, std::size_t sends) {
    const auto before = of.events().up_to("reset");
    CHECK(before.back().type == "reset");
    of.user().put("/_mock/clock", R"({"mode":"manual"})");  // the last that this account does
    std::size_t requests = 0;
    std::size_t changes = 0;
    std::size_t webhooks = 0;
    for (const auto& each : of.events().up_to("clock")) {
        CAPTURE(each.data);
        requests += each.type == "request";
        changes += each.type == "delivery";
        webhooks += each.type == "webhook";
    }
    CHECK(requests == sends);
    CHECK(changes == sends * 2);
    CHECK(webhooks == sends);
}

/// Who follows all accounts is told of those that sent since, and of no other.
void check_only_new_events(follower& everything, std::size_t accounts, std::size_t sends) {
    CHECK(everything.up_to("reset").back().type == "reset");
    std::map<std::string, std::size_t> by_account;
    std::map<std::string, std::size_t> by_type;
    while (by_type["clock"] != accounts) {
        const auto each = everything.next();
        REQUIRE(each.has_value());
        ++by_type[each->type];
        ++by_account[json{each->data}["account"].text()];
    }
    CHECK(by_account.size() == accounts);
    CHECK(by_type["request"] == accounts * sends);
    CHECK(by_type["delivery"] == accounts * sends * 2);
    CHECK(by_type["webhook"] == accounts * sends);
}

/// The receiver answers at last: only those of after the reset count.
void check_late_answers_count_for_nothing(busy_account& of, const receiver& hook) {
    const auto before = hook.requests().size();
    CHECK(of.get("/_mock/account")["account"]["webhooks"]["acknowledged"].number() == 16);
    of.user().send_otp(tells_at_once);
    CHECK(hook.gets(before + 1));
    json account = of.get("/_mock/account")["account"];
    while (account["webhooks"]["acknowledged"].number() != 17)
        account = of.get("/_mock/account")["account"];
    CHECK(account["webhooks"]["attempts"].number() == 17);
    CHECK(of.get("/_mock/webhooks")["attempts"].size() == 17);
    CHECK(of.get("/_mock/deliveries")["deliveries"].size() == 17);
}

bool all_acknowledged(client& all, std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < until) {
        const json health{all.get("/_mock/health").body()};
        if (health["webhooks"]["acknowledged"].number() == count) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a reset of all ends everything that is under way, and none of it is seen again") {
    std::atomic<bool> answers = false;
    receiver hook{[&](std::size_t, const receiver::request&) { return answers ? 200 : -1; }};
    auto options = options_for(under_way_scenario(hook), "real");
    options.threads = 4;
    server mock{options};
    client all{mock.port(), ""};
    follower everything{mock.port()};

    constexpr load each_has{.pending = 125, .webhooks = 13, .waiters = 12, .held_replies = 2};
    std::vector<std::unique_ptr<busy_account>> accounts;
    for (int i = 0; i < 8; ++i) {
        accounts.push_back(std::make_unique<busy_account>(
            mock.port(), "sk_live_busy_" + std::to_string(i), each_has, hook));
        wait_for_calls(accounts.back()->user(), 125 + 13 + 4);
    }
    stuck_advance advance{mock.port(), "sk_live_advanced", hook};
    std::vector<std::unique_ptr<connection>> of_all;
    for (int i = 0; i < 4; ++i) {
        of_all.push_back(std::make_unique<connection>(mock.port()));
        of_all.back()->write(request_text("GET", "/_mock/otp/" + text_of(never_sent) + "?wait=5m"));
    }
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 8 * 12 + 4));

    REQUIRE(all.post("/_mock/reset", "").result_int() == 200);

    CHECK(json{all.get("/_mock/accounts").body()}["accounts"].size() == 0);
    CHECK(json{all.get("/_mock/deliveries").body()}["deliveries"].size() == 0);
    CHECK(json{all.get("/_mock/requests").body()}["requests"].size() == 0);
    CHECK(json{all.get("/_mock/webhooks").body()}["attempts"].size() == 0);
    CHECK(metric_becomes(all, "nexo_mock_waiters", 0));
    for (const auto& each : of_all)
        CHECK(each->read().result_int() == 409);
    CHECK(advance.advancing().read().result_int() == 200);
    for (const auto& each : accounts) {
        check_waits_ended_by_reset(*each);
        check_held_replies_are_lost(*each);
        check_is_as_new(*each);
        check_webhooks_go_out_at_once(*each, hook);
    }
    answers = true;
    hook.release(200);
    CHECK(all_acknowledged(all, 8 * 16));
    for (const auto& each : accounts) {
        check_late_answers_count_for_nothing(*each, hook);
        check_events_after_reset(*each, 17);
    }
    check_only_new_events(everything, accounts.size(), 17);
}

TEST_CASE("a reset of one account ends what is under way in it, and touches no other") {
    std::atomic<bool> answers = false;
    receiver hook{[&](std::size_t, const receiver::request&) { return answers ? 200 : -1; }};
    auto options = options_for(under_way_scenario(hook), "real");
    options.threads = 4;
    server mock{options};
    client all{mock.port(), ""};

    constexpr load each_has{.pending = 500, .webhooks = 16, .waiters = 50, .held_replies = 5};
    busy_account reset{mock.port(), "sk_live_reset", each_has, hook};
    busy_account stays{mock.port(), "sk_live_stays", each_has, hook};
    stuck_advance advance{mock.port(), "sk_live_advanced", hook};
    connection of_all{mock.port()};
    of_all.write(request_text("GET", "/_mock/otp/" + text_of(never_sent) + "?wait=5m"));
    for (auto* each : {&reset, &stays})
        wait_for_calls(each->user(), 500 + 16 + 10);
    REQUIRE(metric_becomes(all, "nexo_mock_waiters", 101));

    REQUIRE(reset.user().post("/_mock/reset", "").result_int() == 200);

    check_is_as_new(reset);
    check_waits_ended_by_reset(reset);
    check_held_replies_are_lost(reset);
    check_webhooks_go_out_at_once(reset, hook);

    CHECK(metric_becomes(all, "nexo_mock_waiters", 51));
    CHECK(stays.get("/_mock/account")["account"]["deliveries"]["pending"].number() == 505);
    for (const auto& each : stays.held())
        CHECK(each->is_silent());
    CHECK(advance.advancing().is_silent());

    answers = true;
    hook.release(200);
    CHECK(all_acknowledged(all, 16 + 16 + 1));
    CHECK(stays.get("/_mock/webhooks?limit=1000")["attempts"].size() == 16);
    CHECK(json_field(advance.advancing().read().body(), "acknowledged") == "true");
    check_late_answers_count_for_nothing(reset, hook);
    check_events_after_reset(reset, 17);

    stays.user().send_otp(never_sent, "13579");
    for (const auto& each : stays.waiting())
        CHECK(json_field(each->read().body(), "code") == "13579");
    CHECK(json_field(of_all.read().body(), "code") == "13579");
    for (const auto& each : stays.held())
        CHECK(each->is_silent());
}

TEST_CASE("an advance that a reset ends tells nobody of a clock that is not there any more") {
    receiver hook{{-1}};
    server mock{options_for(under_way_scenario(hook), "real")};
    client all{mock.port(), ""};
    for (auto* by : {"account", "all"}) {
        CAPTURE(by);
        stuck_advance advance{mock.port(), "sk_live_advanced", hook};
        const bool of_all = by == std::string{"all"};
        (of_all ? all : advance.user()).post("/_mock/reset", "");
        CHECK(advance.advancing().read().result_int() == 200);
        const json left{all.get("/_mock/accounts").body()};
        CHECK(left["accounts"].size() == (of_all ? 0 : 1));
        advance.user().send_otp(stays_sent);
        CHECK(advance.events().up_to("reset").back().type == "reset");
        CHECK(advance.events().next()->type == "delivery");
        CHECK(advance.events().next()->type == "request");
        advance.user().post("/_mock/reset", "");
    }
}

TEST_CASE("a held reply behind one that is not read yet is ended by a reset as well") {
    receiver hook{{-1}};
    auto options = options_for(under_way_scenario(hook), "real");
    options.net.pipelined_bytes = 64 * 1024 * 1024;
    options.net.pipelined_requests = 1000;
    server mock{options};
    client user{mock.port(), "sk_live_a"};
    auto slow = connection::narrow(mock.port());
    std::string much;
    for (int i = 0; i < 100; ++i)
        much += request_text("GET", "/_mock/openapi.json");
    slow.write(much +
               request_text("POST", "/api/v1/send-otp", "sk_live_a", otp_body(replies_slowly)));
    wait_for_calls(user, 1);
    user.post("/_mock/reset", "");
    const auto rest = slow.read_to_end();
    CHECK(rest.starts_with("HTTP/1.1 200"));
    CHECK(rest.find("HTTP/1.1 202") == std::string::npos);
}

TEST_CASE("a reset takes webhooks out of the line for a worker that is full, and the rest go on") {
    constexpr std::size_t room = 256;  // of a worker; 16 of each account
    constexpr int accounts = 20;
    for (const std::string which : {"all", "one in line", "one on its way"}) {
        CAPTURE(which);
        std::atomic<bool> answers = false;
        receiver hook{[&](std::size_t, const receiver::request&) { return answers ? 200 : -1; }};
        server mock{options_for(under_way_scenario(hook), "real")};
        client all{mock.port(), ""};
        std::vector<std::unique_ptr<client>> users;
        for (int i = 0; i < accounts; ++i) {
            users.push_back(std::make_unique<client>(mock.port(), "sk_live_" + std::to_string(i)));
            for (int n = 0; n < 20; ++n)
                REQUIRE(users.back()->send_otp(tells_at_once).result_int() == 202);
        }
        REQUIRE(hook.gets(room));
        auto& reset = which == "all"           ? all
                      : which == "one in line" ? *users.back()
                                               : *users.front();
        REQUIRE(reset.post("/_mock/reset", "").result_int() == 200);
        answers = true;
        hook.release(200);
        const std::size_t left = which == "all" ? 0 : (accounts - 1) * 20;
        CHECK(all_acknowledged(all, left));
        for (const auto& each : users)
            REQUIRE(each->send_otp(tells_at_once).result_int() == 202);
        CHECK(all_acknowledged(all, left + accounts));
    }
}
