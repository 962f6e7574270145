#include "application.hpp"
#include <support/receiver.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace application;

TEST_CASE("many threads with an account each use one server at the same time") {
    constexpr int count = 8;
    constexpr int rounds = 20;
    const support::receiver hook{{200}};
    auto options = by_hand();
    options.webhook_url = hook.url();
    options.webhook_secret = "whsec_test";
    options.threads = 3;
    const nexo_mock::server mock{options};
    std::atomic<int> wrong = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < count; ++i) {
        all.emplace_back([&mock, &wrong, i] {
            const auto account = mock.account("sk_live_thread_" + std::to_string(i));
            support::client user{mock.port(), account.key()};
            std::uint64_t last = 0;
            for (int round = 0; round < rounds; ++round) {
                const auto code = std::to_string(1000 + i * rounds + round);
                user.post("/api/v1/send-otp", support::otp_body(phone, code));
                const auto got = account.wait_for_code(phone, 1min, last);
                last = got.seq;
                if (got.code != code) ++wrong;
                if (account.advance_to_idle().fired_total != 2) ++wrong;
            }
            const auto sent = account.deliveries();
            if (sent.size() != rounds || !account.verify().empty()) ++wrong;
        });
    }
    for (auto& each : all)
        each.join();
    CHECK(wrong == 0);
    CHECK(mock.deliveries().size() == count * rounds);
    CHECK(mock.webhooks().size() == count * rounds);
}

TEST_CASE("threads that read, reset and wait share one account") {
    constexpr int rounds = 50;
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    std::atomic<bool> is_over = false;
    std::vector<std::thread> all;
    for (int i = 0; i < 3; ++i) {
        all.emplace_back([&] {
            while (!is_over) {
                try {
                    account.wait_for_code(phone, 1h);
                    account.deliveries();
                    account.requests();
                } catch (const nexo_mock::reset_meanwhile&) {
                    continue;
                }
            }
        });
    }
    for (int i = 0; i < rounds; ++i) {
        CHECK(send(mock) == 202);
        account.advance_to_idle();
        account.reset();
    }
    is_over = true;
    CHECK(send(mock) == 202);  // for those who wait still
    for (auto& each : all)
        each.join();
    CHECK(account.deliveries().size() == 1);
}
