#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/views.hpp>

#include <charconv>

namespace nexo_mock::control {

namespace {

using codec::json_writer;

struct attempt_filter {
    std::string delivery;
    std::string outcome;

    bool wants(const domain::sent_attempt& each) const {
        return (outcome.empty() || outcome == outcome_name(each.outcome)) &&
               (delivery.empty() || delivery == codec::webhook_id(each.event));
    }
};

std::optional<attempt_filter> read_filter(const call& of) {
    const auto query = of.in.query();
    attempt_filter filter{api::query_value(query, "delivery"), api::query_value(query, "outcome")};
    const auto& outcome = filter.outcome;
    if (outcome.empty() || outcome == "acknowledged" || outcome == "failed") return filter;
    fail(of.out, 400, "invalid_query",
         "\"outcome\" is acknowledged or failed, not \"" + outcome + '"');
    return std::nullopt;
}

std::uint64_t attempt_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    return ec == std::errc{} && stop == end ? number : 0;
}

/// Answers, once the attempt has ended, with what it became.
host::attempt_done tell(api::late_reply reply, std::string key) {
    return [reply = std::move(reply),
            key = std::move(key)](const std::optional<domain::sent_attempt>& made) {
        api::response out;
        if (made) {
            json_writer json{out.body};
            json.begin_object().member("ok", true).key("attempt");
            write_sent_attempt(json, *made, key);
            json.end_object();
        } else {
            fail(out, 409, "reset", "a reset came while the webhook was on its way");
        }
        reply(std::move(out));
    };
}

/// Starts the attempt that `choose` finds; false, and nothing is answered, if there is none.
bool start(host& of_all, const call& of, host::choose_attempt choose) {
    // The call is deferred only once there is something to wait for.
    return of_all.send_by_hand(
        of.scope, choose, [&](std::string key) { return tell(of.later(nullptr), std::move(key)); });
}

}  // namespace

void webhooks(host& of_all, const call& of) {
    const auto filter = read_filter(of);
    if (!filter) return;
    auto shown = page::asked_for(of, of_all.numbers().attempt);
    if (!shown) return;
    std::uint64_t evicted = 0;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto& journal = account.world.attempts();
        evicted += journal.evicted();
        std::size_t found = 0;
        for (auto i = journal.first_after(shown->after());
             i < journal.size() && found < shown->wanted(); ++i) {
            const auto each = journal[i];
            if (!shown->holds(each.seq) || !filter->wants(each)) continue;
            ++found;
            std::string text;
            json_writer json{text};
            write_sent_attempt(json, each, account.world.account().key);
            shown->add(each.seq, std::move(text));
        }
        shown->trim();
    });
    json_writer json{of.out.body};
    json.begin_object().member("ok", true);
    shown->write(json, "attempts");
    json.member("evicted", evicted).end_object();
}

void redeliver(host& of_all, const call& of) {
    const auto number = attempt_number(of.parameter);
    const bool started = start(of_all, of, [&](domain::world& world, domain::time_point now) {
        return world.redelivery_of(number, now);
    });
    if (started) return;
    fail(of.out, 404, "not_found",
         "no webhook attempt has this seq, or the journal no longer holds it; GET /_mock/webhooks "
         "lists them");
}

void ping(host& of_all, const call& of) {
    const bool started = start(
        of_all, of, [](domain::world& world, domain::time_point now) { return world.ping(now); });
    if (started) return;
    fail(of.out, 409, "no_target",
         "this account has no webhook target: start with --webhook-url and --webhook-secret, or "
         R"(PATCH /_mock/account with {"webhook": {"url": "…", "secret": "…"}})");
}

}  // namespace nexo_mock::control
