#include "application.hpp"
#include <support/receiver.hpp>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace application;

namespace {

/// What the waiting call threw; "" if it got a code.
template <class Exception>
std::future<std::string> waits(nexo_mock::account account) {
    return std::async(std::launch::async, [account] {
        return message_of<Exception>([&] { account.wait_for_code(phone, 1h); });
    });
}

}  // namespace

TEST_CASE("a code that was sent is there at once") {
    const nexo_mock::server mock{by_hand()};
    CHECK_FALSE(mock.newest_code(phone));
    CHECK(send(mock) == 202);
    const auto code = mock.account(key).wait_for_code(phone, 1h);
    CHECK(code.code == "482917");
    CHECK(code.phone == phone);
    CHECK(code.id == mock.deliveries().at(0).id);
    CHECK(code.created_at == mock.now());
    CHECK(mock.newest_code(phone)->seq == code.seq);
    CHECK_FALSE(mock.newest_code(phone, code.seq));
}

TEST_CASE("a wait ends when the code is sent, and only a new one counts after the last") {
    const nexo_mock::server mock{by_hand()};
    CHECK(send(mock, key, phone, "1111") == 202);
    const auto first = mock.wait_for_code(phone, 1h);
    auto second = std::async(std::launch::async, [&mock, seq = first.seq] {
        return mock.wait_for_code(phone, 1h, seq);
    });
    until_waiting(mock, 1);
    CHECK(send(mock, key, phone, "2222") == 202);
    CHECK(second.get().code == "2222");
}

TEST_CASE("a wait in vain tells what happened instead") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(send(mock, key, "+84901234567") == 202);
    CHECK(send(mock, key, "0981234567") == 400);
    const auto at_once = message_of<nexo_mock::no_code>([&] { account.wait_for_code(phone, 0s); });
    CHECK(at_once ==
          "this account has sent no code to +84981234567; so far codes went to "
          "+84901234567; sends were refused: invalid_phone");
    const auto later = message_of<nexo_mock::no_code>([&] { account.wait_for_code(phone, 20ms); });
    CHECK(later ==
          "this account has sent no code to +84981234567 within 20ms; meanwhile no "
          "send-otp call came");
    CHECK_THROWS_AS(account.wait_for_code("0981234567", 1s), std::invalid_argument);
    CHECK_THROWS_AS(account.wait_for_code(phone, -1s), nexo_mock::no_code);
}

TEST_CASE("a reset ends the waits of its accounts") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    auto waiting = waits<nexo_mock::reset_meanwhile>(account);
    auto other = waits<nexo_mock::reset_meanwhile>(mock.account("sk_live_other"));
    until_waiting(mock, 2);
    account.reset();
    CHECK(contains(waiting.get(), "a reset came"));
    until_waiting(mock, 1);
    mock.reset();
    CHECK(contains(other.get(), "a reset came"));
}

TEST_CASE("the end of the server ends every wait, and nobody hangs") {
    std::vector<std::future<std::string>> waiting;
    {
        const nexo_mock::server mock{by_hand()};
        for (int i = 0; i < 8; ++i)
            waiting.push_back(waits<nexo_mock::stopped>(mock.account(key)));
        until_waiting(mock, 8);
    }
    for (auto& each : waiting)
        CHECK(contains(each.get(), "stopped"));
}

TEST_CASE("the end of the server ends an advance that waits for a silent receiver") {
    const support::receiver hook{{-1}};
    std::future<std::string> advancing;
    {
        auto options = by_hand();
        options.webhook_url = hook.url();
        options.webhook_secret = "whsec_test";
        const nexo_mock::server mock{options};
        CHECK(send(mock) == 202);
        advancing = std::async(std::launch::async, [account = mock.account(key)] {
            return message_of<nexo_mock::stopped>([&] { account.advance_to_idle(); });
        });
        hook.wait_for(1);
    }
    CHECK(contains(advancing.get(), "stopped"));
}

TEST_CASE("while all workers have calls that wait, others are answered") {
    const support::receiver hook{{-1}};
    auto options = by_hand();
    options.webhook_url = hook.url();
    options.webhook_secret = "whsec_test";
    const nexo_mock::server mock{options};
    CHECK(send(mock) == 202);
    auto advancing = std::async(std::launch::async, [account = mock.account(key)] {
        return account.advance_to_idle().fired_total;
    });
    auto waiting = waits<nexo_mock::reset_meanwhile>(mock.account("sk_live_other"));
    hook.wait_for(1);
    until_waiting(mock, 1);
    CHECK(mock.account("sk_live_third").balance().total() == nexo_mock::dollars("10"));
    CHECK(send(mock, "sk_live_third") == 202);
    CHECK(mock.deliveries().size() == 2);
    mock.reset();
    CHECK(advancing.get() == 1);  // what had happened before the reset
    CHECK(contains(waiting.get(), "a reset came"));
}
