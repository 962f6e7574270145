#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {}  // namespace

TEST_CASE("requests sent before the stop are all answered") {
    for (const unsigned threads : {1U, 4U}) {
        CAPTURE(threads);
        auto options = options_for(delivers_many);
        options.threads = threads;
        server mock{options};
        std::vector<std::unique_ptr<connection>> all;
        for (int i = 0; i < 200; ++i) {
            all.push_back(std::make_unique<connection>(mock.port()));
            all.back()->write(request_text("POST", "/api/v1/send-otp", "sk_live_a",
                                           R"({"phone":"+84981234567","code":"482917"})"));
        }
        mock.stop();
        int answered = 0;
        for (const auto& each : all) {
            if (each->read().result_int() == 202) ++answered;
            CHECK(each->is_closed());
        }
        CHECK(answered == 200);
    }
}

TEST_CASE("idle connections do not hold up the stop") {
    server mock{options_for(delivers_many)};
    client used{mock.port(), "sk_live_a"};
    CHECK(used.get("/api/v1/balance").result_int() == 200);
    connection fresh{mock.port()};
    mock.stop();
    CHECK(fresh.is_closed());
}

TEST_CASE("a request that is half sent at the stop is still answered") {
    server mock{options_for(delivers_many)};
    client probe{mock.port(), "sk_live_a"};
    connection to{mock.port()};
    const auto text = request_text("GET", "/api/v1/balance", "sk_live_a");
    to.write(text.substr(0, 20));
    CHECK(probe.get("/api/v1/balance").result_int() == 200);  // the half is in the server by now
    connection idle{mock.port()};
    std::thread stopping{[&] { mock.stop(); }};
    CHECK(idle.is_closed());  // the stop has begun
    to.write(text.substr(20));
    const auto reply = to.read();
    stopping.join();
    CHECK(reply.result_int() == 200);
    CHECK(reply["Connection"] == "close");
}

TEST_CASE("webhooks on their way at the stop get their answer, within the deadline") {
    receiver hook{{200}};
    receiver silent{{-1}};
    for (auto* of : {&hook, &silent}) {
        auto options =
            options_for(R"({"webhook": {"url": ")" + of->url() +
                            R"(", "secret": "s"}, "rules": [{"then": {"deliver": true}}]})",
                        "real");
        options.drain_webhooks = std::chrono::milliseconds{50};
        server mock{options};
        client user{mock.port(), "sk_live_a"};
        user.send_otp("+84981234567");
        mock.stop();
        CHECK(of->requests().size() == 1);
    }
}
