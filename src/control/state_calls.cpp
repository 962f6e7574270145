#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>
#include <nexo_mock/control/handlers.hpp>

namespace nexo_mock::control {

void show_state(host& of_all, const call& of) {
    codec::write_state(of.out.body, of_all.state());
}

void replace_state(host& of_all, const call& of) {
    const auto reading = codec::read_state(of.in.body);
    if (refuse_mistakes(of.out, "invalid_state", "state", reading.mistakes)) return;
    std::size_t deliveries = 0;
    for (const auto& each : reading.state->accounts)
        deliveries += each.world.deliveries.size();
    std::string body;
    codec::json_writer{body}
        .begin_object()
        .member("ok", true)
        .member("accounts", reading.state->accounts.size())
        .member("deliveries", deliveries)
        .end_object();
    of_all.resume(*reading.state, [reply = of.later(nullptr), body = std::move(body)] {
        api::response out;
        out.body = body;
        reply(std::move(out));
    });
}

}  // namespace nexo_mock::control
