#include <nexo_mock/api/explanation_json.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/domain/api_key.hpp>

namespace nexo_mock::control {

namespace {

/// Of an account that would appear with the send.
constexpr std::string_view newcomer = "sk_live_explain";
constexpr std::string_view usual_code = "482917";
constexpr std::uint64_t most_attempts = 1'000;

/// An account as it stood when it was asked about; what would happen is played elsewhere.
struct standing {
    domain::scenario_ptr scenario;
    domain::world_snapshot world;
    domain::duration age{};
};

std::optional<standing> find_standing(host& of_all, const scope& which) {
    if (which.is_all()) return std::nullopt;
    std::optional<standing> found;
    of_all.visit(which, [&](const visited_account& account) {
        found = {account.world.rules().rules(), account.world.snapshot(),
                 account.now - account.world.began()};
    });
    return found;
}

std::optional<api::send_question> read_question(host& of_all, const call& of) {
    const auto attempt = number_in_query(of, "attempt", 1, 1, most_attempts);
    if (!attempt) return std::nullopt;
    const auto query = of.in.query();
    api::send_question asked;
    asked.phone = api::query_value(query, "phone");
    if (asked.phone.empty()) {
        fail(of.out, 400, "invalid_query", "\"phone\" says which number: ?phone=+84981234567");
        return std::nullopt;
    }
    asked.code = api::query_value(query, "code");
    if (asked.code.empty()) asked.code = usual_code;
    asked.key = of.scope.is_all() ? std::string{newcomer} : of.scope.key();
    asked.attempt = static_cast<std::uint32_t>(*attempt);
    asked.seed = of_all.health().seed;
    asked.peer = of.in.peer;
    return asked;
}

}  // namespace

void explain(host& of_all, const call& of) {
    auto asked = read_question(of_all, of);
    if (!asked) return;
    const auto from = find_standing(of_all, of.scope);
    if (from) asked->elapsed = from->age;
    const auto told = from ? api::explain(from->scenario, from->world, *asked)
                           : api::explain(of_all.scenario(of.scope), *asked);
    codec::json_writer json{of.out.body};
    json.begin_object()
        .member("ok", true)
        .member_or_null("account", from ? domain::masked_key(asked->key) : std::string{});
    api::write_explanation(json, *asked, told);
    json.end_object();
}

}  // namespace nexo_mock::control
