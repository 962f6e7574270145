#include <support/timeline.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace support;
using namespace nexo_mock::domain::literals;
using enum nexo_mock::domain::delivery_status;

namespace {

/// A scenario of one step.
std::string step(std::string_view text) {
    return R"({"rules": [{"then": )" + std::string{text} + "}]}";
}

/// The same, told to a receiver.
std::string told(std::string_view text, std::string_view webhook = "") {
    return R"({"webhook": {"url": "http://localhost/", "secret": "s")" + std::string{webhook} +
           R"(}, "rules": [{"then": )" + std::string{text} + "}]}";
}

}  // namespace

TEST_CASE("a delivery is sent until it is delivered, and costs the price") {
    timeline()
        .at(0s, sent)
        .at(12s, delivered)
        .charge(22000_micros)
        .check(step(R"({"deliver": true, "after": "12s"})"));
}

TEST_CASE("a delivery without a wait is delivered at once") {
    timeline().at(0s, delivered).charge(22000_micros).check(step(R"({"deliver": true})"));
}

TEST_CASE("a failed delivery is refunded") {
    timeline()
        .at(0s, sent)
        .at(5s, failed)
        .refund(22000_micros)
        .check(step(R"({"fail": "busy", "after": "5s"})"));
}

TEST_CASE("a failed delivery is charged where the scenario does not refund") {
    timeline()
        .at(5s, failed)
        .charge(22000_micros)
        .check(
            R"({"api": {"refund_failed": false}, "rules": [{"then": {"fail": "busy", "after": "5s"}}]})");
}

TEST_CASE("a pending delivery stays sent for ever and holds its money") {
    timeline().at(0s, sent).at(23h, sent).hold(22000_micros).check(step(R"({"pending": true})"));
}

TEST_CASE("a timeline without an end holds its money") {
    timeline()
        .at(0s, sent)
        .at(3s, sent)
        .hold(22000_micros)
        .check(step(R"({"timeline": [{"after": "3s", "status": "sent"}]})"));
    timeline().at(0s, sent).hold(22000_micros).check(step(R"({"timeline": []})"));
}

TEST_CASE("a failure after a delivery changes what is told and not what was paid") {
    timeline()
        .at(0s, sent)
        .at(2s, delivered)
        .at(7s, failed)
        .charge(22000_micros)
        .check(step(R"({"timeline": [{"after": "2s", "status": "delivered"},
                              {"after": "7s", "status": "failed"}]})"));
}

TEST_CASE("a delivery after a failure stays refunded") {
    timeline()
        .at(0s, sent)
        .at(2s, failed)
        .at(7s, delivered)
        .refund(22000_micros)
        .check(step(R"({"timeline": [{"after": "2s", "status": "failed"},
                              {"after": "7s", "status": "delivered"}]})"));
}

TEST_CASE("two failures are refunded once") {
    timeline()
        .at(0s, sent)
        .at(2s, failed)
        .at(3s, failed)
        .refund(22000_micros)
        .check(step(R"({"timeline": [{"after": "2s", "status": "failed", "error_code": "busy"},
                              {"after": "3s", "status": "failed", "error_code": "timeout"}]})"));
}

TEST_CASE("a delivery that falls back to sent was paid and is paid once") {
    timeline()
        .at(2s, delivered)
        .at(3s, sent)
        .at(4s, delivered)
        .at(5s, failed)
        .charge(22000_micros)
        .check(step(R"({"timeline": [{"after": "2s", "status": "delivered"},
                                  {"after": "3s", "status": "sent"},
                                  {"after": "4s", "status": "delivered"},
                                  {"after": "5s", "status": "failed"}]})"));
}

TEST_CASE("events of a timeline happen in the order of their times, not of the text") {
    timeline()
        .at(0s, sent)
        .at(2s, failed)
        .at(9s, delivered)
        .refund(22000_micros)
        .check(step(R"({"timeline": [{"after": "9s", "status": "delivered"},
                              {"after": "2s", "status": "failed"}]})"));
}

TEST_CASE("events of the same moment happen in the order of the text") {
    timeline()
        .at(0s, sent)
        .at(2s, delivered)
        .refund(22000_micros)
        .check(step(R"({"timeline": [{"after": "2s", "status": "failed"},
                              {"after": "2s", "status": "delivered"}]})"));
}

TEST_CASE("a range is drawn once, however time is split") {
    timeline()
        .at(0s, sent)
        .at(25s - 1us, sent)
        .at(60s, delivered)
        .charge(22000_micros)
        .check(step(R"({"timeline": [{"after": "25s..59s", "status": "sent"},
                              {"after": "60s", "status": "delivered"}]})"));
    timeline().charge(22000_micros).check(step(R"({"deliver": true, "after": "25s..60s"})"));
    timeline()
        .refund(22000_micros)
        .check(step(R"({"fail": "busy", "after": {"median": "30s", "sigma": 0.4}})"));
}

TEST_CASE("an acknowledged webhook is sent once") {
    timeline()
        .at(5s, delivered)
        .webhook(5s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s"})"));
}

TEST_CASE("an acknowledgement ends the ladder") {
    timeline()
        .webhook(5s, 500)
        .webhook(10s, 500)
        .webhook(40s, 204)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s"})"));
}

TEST_CASE("a receiver that is gone is told nothing more") {
    timeline()
        .webhook(5s, 503)
        .webhook(10s, 410)
        .refund(22000_micros)
        .check(told(R"({"fail": "busy", "after": "5s"})"));
}

TEST_CASE("a dead receiver is tried six times over three quarters of an hour") {
    timeline()
        .at(5s, delivered)
        .webhook(5s, 0)
        .webhook(10s, 0)
        .webhook(40s, 0)
        .webhook(2min + 40s, 0)
        .webhook(12min + 40s, 0)
        .webhook(42min + 40s, 0)
        .charge(22000_micros)
        .check(told(R"({"deliver": true, "after": "5s"})"));
}

TEST_CASE("a ladder of the scenario's own is climbed") {
    timeline()
        .webhook(0s, 302)
        .webhook(1s, 404)
        .webhook(1s, 200)
        .charge(22000_micros)
        .check(told(R"({"deliver": true})", R"(, "retry": ["1s", "0s"])"));
    timeline()
        .webhook(0s, 500)
        .charge(22000_micros)
        .check(told(R"({"deliver": true})", R"(, "retry": [])"));
}

TEST_CASE("a second event is told when the first was acknowledged") {
    timeline()
        .at(2s, delivered)
        .at(3s, failed)
        .webhook(2s, 500)
        .webhook(7s, 200)
        .webhook(7s, 500)
        .webhook(12s, 200)
        .charge(22000_micros)
        .check(told(R"({"timeline": [{"after": "2s", "status": "delivered"},
                                     {"after": "3s", "status": "failed"}]})"));
}

TEST_CASE("sent is never told") {
    timeline()
        .at(2s, sent)
        .at(4s, delivered)
        .webhook(4s, 200)
        .charge(22000_micros)
        .check(told(R"({"timeline": [{"after": "2s", "status": "sent"},
                              {"after": "4s", "status": "delivered"}]})"));
}
