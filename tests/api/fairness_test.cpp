#include <support/http.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <latch>
#include <memory>
#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr const char* rich = R"({"account_defaults": {"balance": 1000, "free_credit": 0}})";
constexpr double price = 0.022;
const std::string balance = R"("balance":)";

std::string many_sends(int count) {
    const auto one = request_text("POST", "/api/v1/send-otp", "sk_live_a",
                                  R"({"phone":"+84981234567","code":"482917"})");
    std::string all;
    for (int i = 0; i < count; ++i)
        all += one;
    return all;
}

}  // namespace

TEST_CASE("who asks once waits for no more than sixteen requests of each that asks a lot at once") {
    auto options = options_for(rich);
    options.threads = 1;
    server mock{options};
    std::vector<std::unique_ptr<connection>> floods;
    for (int i = 0; i < 50; ++i) {
        floods.push_back(std::make_unique<connection>(mock.port()));
        floods.back()->write(request_text("GET", "/api/v1/balance", "sk_live_a"));
        floods.back()->read();  // its session has begun
    }
    connection honest{mock.port()};
    honest.write(request_text("GET", "/api/v1/balance", "sk_live_a"));
    honest.read();

    std::latch all_is_sent{1};
    mock.run_on_worker([&](control::host&) { all_is_sent.wait(); });
    for (const auto& each : floods)
        each->write(many_sends(40));
    honest.write(request_text("GET", "/api/v1/balance", "sk_live_a"));
    all_is_sent.count_down();

    const auto reply = honest.read().body();
    const auto left = std::stod(reply.substr(reply.find(balance) + balance.size()));
    CHECK((1000 - left) / price < 50 * 16 + 0.5);
    for (const auto& each : floods) {
        for (int i = 0; i < 40; ++i)
            CHECK(each->read().result_int() == 202);
    }
}
