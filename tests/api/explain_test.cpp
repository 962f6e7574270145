#include <nexo_mock/api/explanation.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <support/http.hpp>
#include <support/receiver.hpp>
#include <support/scenario_generator.hpp>
#include <support/scenarios.hpp>
#include <support/servers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace nexo_mock;
using namespace support;

namespace {

constexpr std::string_view key = scenario_generator::key;

/// What receivers answer to each delivery's webhooks, one after another, the last for ever.
const std::vector<int> answers{500, 200, 410, 500};

class answering_by_delivery {
 public:
    int operator()(std::size_t, const support::receiver::request& message) {
        const auto nth = seen_[support::json_field(message.body(), "id")]++;
        return answers[std::min(nth, answers.size() - 1)];
    }

 private:
    std::map<std::string, std::size_t> seen_;
};

/// What a client sees of the reply, on a connection of its own.
std::string client_sees(std::uint16_t port, std::string_view phone, std::string_view code) {
    const auto body =
        R"({"phone":")" + std::string{phone} + R"(","code":")" + std::string{code} + R"("})";
    support::connection to{port};
    to.write(support::request_text("POST", "/api/v1/send-otp", key, body, "Connection: close\r\n"));
    boost::system::error_code ec;
    const auto bytes = to.read_to_end(ec);
    if (ec == boost::asio::error::connection_reset) return "reset";
    if (bytes.empty()) return "nothing";
    if (!bytes.starts_with("HTTP/1.1 ")) return "no HTTP";
    const auto status = bytes.substr(9, 3);
    const auto header = bytes.find("\r\n\r\n") + 4;
    const auto length = std::stoul(bytes.substr(bytes.find("Content-Length: ") + 16));
    const bool is_whole = bytes.size() - header == length;
    return status + ' ' + bytes.substr(header) + (is_whole ? "" : " cut short");
}

/// The same, as the explanation has it.
std::string client_should_see(const api::response& reply) {
    const auto whole = std::to_string(reply.status) + ' ' + reply.body;
    if (!reply.manner.fault) return whole;
    switch (reply.manner.fault->kind) {
        case domain::fault_kind::reset: return "reset";
        case domain::fault_kind::close:
        case domain::fault_kind::hang: return "nothing";
        case domain::fault_kind::garbage: return "no HTTP";
        case domain::fault_kind::slow: return whole;
        case domain::fault_kind::truncate:
            return std::to_string(reply.status) + ' ' +
                   reply.body.substr(0, reply.body.size() / 2) +
                   (reply.body.empty() ? "" : " cut short");
    }
    return {};
}

/// The course as the explanation has it, as lines that can be compared.
std::string course_of(const api::explanation& told) {
    std::string lines;
    for (const auto& each : told.course) {
        if (each.attempt == 0) continue;  // what it became in the end is compared as a whole
        lines += std::to_string(each.event) + '/' + std::to_string(each.attempt) + " at " +
                 codec::format_millis(support::begin + each.at) + " answered " +
                 std::to_string(each.status) + '\n';
    }
    return lines;
}

/// The same, from what the control API says of the delivery.
std::string course_in(std::string_view delivery, domain::duration sent_at) {
    std::string lines;
    int event = -1;
    for (auto rest = delivery; !rest.empty();) {
        const auto next_event = rest.find(R"({"type":"otp.)");
        const auto next_attempt = rest.find(R"({"number":)");
        if (next_attempt == std::string_view::npos) break;
        if (next_event < next_attempt) {
            ++event;
            rest.remove_prefix(next_event + 1);
            continue;
        }
        const auto attempt = rest.substr(next_attempt, rest.find('}', next_attempt));
        const auto due = codec::parse_time(support::json_field(attempt, "due_at"));
        REQUIRE(due.has_value());
        lines += std::to_string(event) + '/' + support::json_field(attempt, "number") + " at " +
                 codec::format_millis(*due - sent_at) + " answered " +
                 support::json_field(attempt, "status") + '\n';
        rest.remove_prefix(next_attempt + 1);
    }
    return lines;
}

}  // namespace

TEST_CASE("explain says of 200 random scenarios, numbers and attempts what the server then does") {
    std::size_t refused = 0;
    std::size_t faulty = 0;
    std::size_t attempts = 0;
    domain::random_stream random{4};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        support::receiver receiver{answering_by_delivery{}};
        scenario_generator generator{seed, receiver.url()};
        const auto text = generator.next();
        CAPTURE(text);
        CAPTURE(seed);
        const auto scenario = support::scenario_of(text);
        const auto& phones = scenario_generator::phones;
        api::send_question asked;
        asked.key = key;
        asked.phone = phones[random.next() % phones.size()];
        asked.code = scenario_generator::codes[random.next() % scenario_generator::codes.size()];
        asked.attempt = static_cast<std::uint32_t>(random.next() % 4 + 1);
        asked.elapsed = std::chrono::seconds{random.next() % 3 * 30};
        asked.seed = seed;
        asked.receiver = answers;
        CAPTURE(asked.phone);
        CAPTURE(asked.attempt);
        const auto told = api::explain(scenario, asked);

        auto options = support::options_for(text, "manual@2026-05-26T10:00:00Z");
        options.seed = seed;
        server mock{options};
        support::client control{mock.port(), std::string{key}};
        control.advance(R"({"by": ")" + codec::format_duration(asked.elapsed) + R"("})");
        for (std::uint32_t before = 1; before < asked.attempt; ++before)
            client_sees(mock.port(), asked.phone, asked.code);
        CHECK(client_sees(mock.port(), asked.phone, asked.code) == client_should_see(told.reply));

        control.advance(R"({"to": "idle"})");
        if (!told.accepted) {
            ++refused;
            continue;
        }
        faulty += told.reply.manner.fault ? 1 : 0;
        const auto shown = control.get("/_mock/deliveries/" + told.accepted->id.text()).body();
        REQUIRE(support::json_field(shown, "id") == told.accepted->id.text());
        CHECK(support::json_field(shown, "rule") == told.accepted->rule);
        CHECK(course_in(shown, asked.elapsed) == course_of(told));
        const auto changed =
            std::ranges::find_if(told.course.rbegin(), told.course.rend(),
                                 [](const api::foreseen_event& each) { return each.attempt == 0; });
        if (changed != told.course.rend()) {
            CHECK(support::json_field(shown, "status") == name(changed->outcome.status));
            std::string cost;
            codec::append_money(cost, changed->cost);
            CHECK(support::json_field(shown, "cost") == cost);
        } else {
            CHECK(support::json_field(shown, "status") == "sent");
        }
        attempts += told.course.size();
    }
    CHECK(refused > 20);
    CHECK(refused < 150);
    CHECK(faulty > 5);
    CHECK(attempts > 100);
}
