#include <nexo_mock/net/wire_plan.hpp>

#include <algorithm>

namespace nexo_mock::net {

namespace {

constexpr std::string_view header_end = "\r\n\r\n";
constexpr std::size_t most_drips = 1000;

/// No HTTP, no TLS, no text: nothing that a client could take for the beginning of something.
constexpr std::string_view no_http{"\x00\xff\xfe\x07 not HTTP \x00\xff\r\n\r\n", 20};

void reset(wire_plan& plan) {
    plan.bytes.clear();
    plan.then = wire_plan::ending::reset;
}

void close(wire_plan& plan) {
    plan.bytes.clear();
    plan.then = wire_plan::ending::close;
}

void hang(wire_plan& plan, domain::duration lasts) {
    plan.bytes.clear();
    plan.silence = lasts;
    plan.then = wire_plan::ending::close;
}

/// Half the body; of a reply that has none, half the header.
void truncate(wire_plan& plan) {
    const auto end = plan.bytes.find(header_end);
    const auto header = end == std::string::npos ? 0 : end + header_end.size();
    const auto body = plan.bytes.size() - header;
    plan.bytes.resize(body == 0 ? header / 2 : header + body / 2);
    plan.then = wire_plan::ending::close;
}

void garble(wire_plan& plan) {
    plan.bytes = no_http;
    plan.then = wire_plan::ending::close;
}

void drip(wire_plan& plan, domain::duration lasts) {
    plan.pieces = std::clamp<std::size_t>(plan.bytes.size(), 1, most_drips);
    plan.spread = lasts;
}

}  // namespace

wire_plan plan_reply(std::string whole_reply, const domain::reply_manner& manner) {
    wire_plan plan;
    plan.wait = manner.latency;
    plan.bytes = std::move(whole_reply);
    if (!manner.fault) return plan;
    const auto& [kind, lasts] = *manner.fault;
    switch (kind) {
        case domain::fault_kind::reset: reset(plan); break;
        case domain::fault_kind::close: close(plan); break;
        case domain::fault_kind::hang: hang(plan, lasts); break;
        case domain::fault_kind::truncate: truncate(plan); break;
        case domain::fault_kind::garbage: garble(plan); break;
        case domain::fault_kind::slow: drip(plan, lasts); break;
    }
    return plan;
}

}  // namespace nexo_mock::net
