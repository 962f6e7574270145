// Tests an application that logs people in by NEXO ROUTE. The emulator is part of this program: no
// process to start, no port to choose, no sleep anywhere.
#include "login_service.hpp"
#include <nexo_mock/server.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr auto phone = "+84981234567";
constexpr auto secret = "whsec_test_123";

void expect(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error{what};
}

/// An application with an account of its own on the emulator, so that tests may run side by side.
struct fixture {
    fixture(const nexo_mock::server& mock, const std::string& key)
        : account{mock.account(key)}, app{mock.url() + "/api/v1", key, secret} {
        account.set_webhook(app.webhook_url(), secret);
    }

    nexo_mock::account account;
    login_service app;
};

void the_code_that_is_read_out_logs_in(const nexo_mock::server& mock) {
    fixture test{mock, "sk_live_logs_in"};
    expect(test.app.start(phone), "the code is sent");

    const auto sent = test.account.wait_for_code(phone, 5s);
    expect(!test.app.finish(phone, "0000"), "a wrong code does not log in");
    expect(test.app.finish(phone, sent.code), "the right code logs in");

    test.account.advance_to_idle();  // the call ends, and its webhook has been answered
    expect(test.app.call_status(phone) == "delivered", "the webhook came and was genuine");

    const auto failures = test.account.verify();
    expect(failures.empty(), to_string(failures));
}

void a_call_that_is_not_taken_is_known(const nexo_mock::server& mock) {
    fixture test{mock, "sk_live_not_taken"};
    test.account.put_rule(R"({"then": {"fail": "no_answer", "after": "30s"}})");
    expect(test.app.start(phone), "the code is sent");

    test.account.advance(29s);
    expect(test.app.call_status(phone).empty(), "nothing is known after 29 seconds");
    test.account.advance(1s);
    expect(test.app.call_status(phone) == "failed", "the webhook says so after 30");
    for (const auto& each : test.account.deliveries()) {
        expect(each.error_code == "no_answer", "the error code is " + each.error_code);
        expect(each.cost == nexo_mock::money{}, "a failed call costs nothing");
        expect(each.webhook_attempts.at(0).acknowledged(), "the application took the webhook");
    }
}

void an_api_that_is_down_is_no_login(const nexo_mock::server& mock) {
    fixture test{mock, "sk_live_down"};
    test.account.put_rule(R"({"then": [{"error": "service_unavailable"}], "end": "fall_through"})");
    expect(!test.app.start(phone), "the application says that it could not send");
    expect(test.app.start(phone), "and can when it is asked again");
}

void without_money_nothing_is_sent(const nexo_mock::server& mock) {
    fixture test{mock, "sk_live_poor"};
    test.account.set_balance({});
    expect(!test.app.start(phone), "nothing is sent");
    test.account.top_up(nexo_mock::dollars("0.022"));
    expect(test.app.start(phone), "until there is money");
    expect(test.account.balance().total() == nexo_mock::money{}, "which is spent then");
}

}  // namespace

int main() {
    try {
        const nexo_mock::server mock{{.clock = nexo_mock::manual, .seed = 1}};
        the_code_that_is_read_out_logs_in(mock);
        a_call_that_is_not_taken_is_known(mock);
        an_api_that_is_down_is_no_login(mock);
        without_money_nothing_is_sent(mock);
        std::cout << "4 tests passed\n";
    } catch (const std::exception& wrong) {
        std::cerr << "FAILED " << wrong.what() << '\n';
        return 1;
    }
}
