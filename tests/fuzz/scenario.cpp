// A scenario file is refused with places, or it is the same after it was written and read.
#include "life.hpp"
#include "mistakes.hpp"
#include "replies.hpp"
#include "require.hpp"
#include <nexo_mock/codec/rule_words.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/scenario_writer.hpp>
#include <nexo_mock/domain/world.hpp>
#include <nexo_mock/net/response_writer.hpp>

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>

using namespace nexo_mock;

namespace {

std::string written(const domain::scenario& of, codec::secrets how) {
    std::string text;
    codec::json_writer out{text};
    codec::write_scenario(out, of, how);
    boost::system::error_code ec;
    boost::json::parse(text, ec);
    fuzz::require(!ec, "what is written is JSON", text);
    return text;
}

void check_round_trip(const domain::scenario& of) {
    const auto once = written(of, codec::secrets::shown);
    const auto again = codec::read_scenario(once);
    fuzz::require(again.scenario != nullptr, "what is written can be read", once);
    fuzz::require(*again.scenario == of, "what is read again is the same scenario", once);
    const auto twice = written(*again.scenario, codec::secrets::shown);
    fuzz::require(twice == once, "it is written the same", once + '\n' + twice);
    written(of, codec::secrets::masked);
}

void check_words(const domain::scenario& of) {
    for (const auto& rule : of.rules) {
        for (const auto& step : rule.steps)
            fuzz::require(!codec::in_words(step).empty(), "a step can be told in words");
    }
}

/// What a rule has the API answer is one whole reply, whatever status, headers and body it names.
void check_reply(const domain::refusal_step& of) {
    api::response refused;
    refused.status = of.status.value_or(500);
    refused.headers = of.headers;
    refused.body = of.body.value_or("{}");
    std::string bytes;
    append_response(bytes, refused, net::after_reply::keep_alive, net::body_of::reply,
                    net::shared_headers{"now"});
    std::string why;
    const auto replies = fuzz::take_apart(bytes, false, why);
    fuzz::require(replies && replies->size() == 1, "a rule's reply is a whole one", why + bytes);
    const bool has_body = refused.status != 204 && refused.status != 304;
    fuzz::require(replies->front().body == (has_body ? refused.body : ""), "it has the rule's body",
                  bytes);
}

void check_replies(const domain::scenario& of) {
    for (const auto& rule : of.rules) {
        for (const auto& step : rule.steps) {
            if (const auto* refused = std::get_if<domain::refusal_step>(&step.action))
                check_reply(*refused);
        }
    }
}

/// An account lives under it for a while.
void check_life(const domain::scenario_ptr& under) {
    constexpr std::string_view key = "sk_live_fuzz";
    constexpr domain::time_point begin{std::chrono::sys_days{std::chrono::May / 26 / 2026}};
    domain::world of{under->settings_for(key), under, 1, begin};
    const auto opening = of.wallet().amounts();
    fuzz::live(of, begin, 0);
    for (const auto each : domain::all_buckets) {
        const bool was_debt = opening[each] < domain::money{};
        fuzz::require(was_debt || of.wallet().amounts()[each] >= domain::money{},
                      "no bucket falls below 0");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto reading = codec::read_scenario(text);
    fuzz::require_places(reading.mistakes, text);
    fuzz::require((reading.scenario == nullptr) == has_errors(reading.mistakes),
                  "there is a scenario, or errors");
    if (reading.scenario == nullptr) return 0;
    check_round_trip(*reading.scenario);
    check_words(*reading.scenario);
    check_replies(*reading.scenario);
    check_life(reading.scenario);
    return 0;
}
