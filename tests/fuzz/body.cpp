// Calls of both APIs, without a connection: each is answered as openapi/openapi.json says.
#include "choices.hpp"
#include "documented.hpp"
#include "require.hpp"
#include "stage.hpp"
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>

using namespace nexo_mock;

namespace {

/// "POST /api/v1/send-otp", maybe with a key behind it, or "-" for none; the body follows in the
/// next lines.
api::request read_call(std::string_view text) {
    fuzz::choices parts{text};
    fuzz::choices line{parts.until("\n")};
    api::request made;
    const auto verb = line.until(" ");
    made.verb = api::method::other;
    for (const auto each : {api::method::get, api::method::head, api::method::post,
                            api::method::put, api::method::patch, api::method::delete_}) {
        if (name(each) == verb) made.verb = each;
    }
    made.target = line.until(" ");
    const auto key = line.rest();
    if (key.empty()) made.authorization = "Bearer sk_live_fuzz";
    if (!key.empty() && key != "-") made.authorization = "Bearer " + std::string{key};
    made.body = parts.rest();
    made.host = "localhost";
    made.peer = domain::ip_address::v4({127, 0, 0, 1});
    return made;
}

/// The answer, once all that it waits for has happened or the client has left; none if a wait of
/// its own goes on.
std::optional<api::response> answer(fuzz::stage& on, const api::request& call) {
    std::optional<api::response> given;
    api::response now;
    bool is_deferred = false;
    std::function<void()> leave;
    on.handler().handle(call, now, [&](std::function<void()> abandoned) -> api::late_reply {
        is_deferred = true;
        leave = std::move(abandoned);
        return [&given](api::response late) { given = std::move(late); };
    });
    if (!is_deferred) given = std::move(now);
    on.run();
    if (!given && leave) {
        leave();
        on.run();
        fuzz::require(given.has_value(), "who leaves ends the wait", call.target);
    }
    return given;
}

void check(const api::request& call, const api::response& out) {
    const auto seen = std::string{name(call.verb)} + ' ' + call.target + '\n' + call.body + '\n' +
                      std::to_string(out.status) + ' ' + out.body;
    if (out.by_rule) return;  // which may say what it likes
    fuzz::require(out.status != 500, "no call makes the emulator fail", seen);
    fuzz::require(fuzz::is_documented(call, out.status), "the status is a documented one", seen);
    if (out.content_type != api::json_content || out.stream) return;
    boost::system::error_code ec;
    boost::json::parse(out.body, ec);
    fuzz::require(!ec, "the body is JSON", seen);
}

/// Of the vendor's API, a scenario may give errors other statuses.
bool knows_statuses(fuzz::stage& on, const api::request& call, const domain::scenario& usual) {
    if (!call.path().starts_with("/api/")) return true;
    auto& all = on.emulator();
    return all.scenario()->api == usual.api &&
           std::ranges::all_of(all.accounts(), [&](const auto& each) {
               return all.scenario_of(each)->api == usual.api;
           });
}

/// Whatever was called, the state can be exported and imported.
void check_state(const fuzz::stage& on) {
    std::string text;
    codec::write_state(text, on.emulator().state());
    const auto reading = codec::read_state(text);
    std::string mistakes;
    for (const auto& each : reading.mistakes)
        mistakes += format(each, "state") + '\n';
    fuzz::require(reading.state.has_value(), "what is exported can be imported", mistakes + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices given{data, size};
    fuzz::stage on;
    const auto begun_under = on.emulator().scenario();
    for (int i = 0; i < 16 && !given.is_empty(); ++i) {
        const auto call = read_call(given.until("\n---\n"));
        const auto out = answer(on, call);
        if (out && knows_statuses(on, call, *begun_under)) check(call, *out);
    }
    check_state(on);
    const auto health = answer(on, read_call("GET /_mock/health -"));
    fuzz::require(health && health->status == 200, "the emulator serves on");
    return 0;
}
