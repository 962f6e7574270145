#include <nexo_mock/domain/saved_scenario.hpp>

#include <algorithm>

namespace nexo_mock::domain {

namespace {

/// The course as it was, with the moments at which things happened.
course course_of(const world& of, const delivery& saved, std::uint64_t ordinal) {
    course seen;
    for (const auto& each : of.history_of(ordinal))
        seen.events.push_back({delay::fixed(each.at - saved.created), each.outcome});
    return seen;
}

/// The waits between the attempts of the first webhook as they were, and those to come as they
/// would have been.
std::vector<delay> retries_of(const world& of, std::uint64_t ordinal) {
    auto retry = of.scenario().webhook.retry;
    const auto* events = of.webhooks_of(ordinal);
    if (events == nullptr) return retry;
    const auto& attempts = events->front().attempts;
    for (std::size_t i = 0; i + 1 < attempts.size() && i < retry.size(); ++i) {
        if (attempts[i].ended) retry[i] = delay::fixed(attempts[i + 1].due - *attempts[i].ended);
    }
    return retry;
}

/// How the webhook is told, with the wait it had.
std::optional<webhook_manner> manner_of(const world& of, const delivery& saved,
                                        std::uint64_t ordinal) {
    const bool has_ended = is_terminal(saved.status) || !of.history_of(ordinal).empty();
    const auto* what = of.deliveries().cause_of(ordinal).what;
    if (!has_ended || what == nullptr || !what->webhook) return std::nullopt;
    auto manner = *what->webhook;
    const auto* events = of.webhooks_of(ordinal);
    if (events != nullptr) {
        const auto& first = events->front();
        manner.wait = delay::fixed(first.not_before - first.event.completed);
    }
    return manner;
}

/// What the account has to hold for the send to be accepted, as buckets are drawn from there.
bucket_amounts opening_for(const bucket_amounts& usual, money cost) {
    auto opening = usual;
    if (opening.total() < cost) opening[bucket::balance] += cost - opening.total();
    return opening;
}

}  // namespace

std::optional<scenario> scenario_of(const world& of, std::uint64_t ordinal) {
    const auto* saved = of.deliveries().find(ordinal);
    if (saved == nullptr) return std::nullopt;
    const auto& now = of.scenario();
    const auto& cause = of.deliveries().cause_of(ordinal);

    step then;
    then.action = course_of(of, *saved, ordinal);
    if (cause.what != nullptr) {
        then.latency = cause.what->latency;
        then.fault = cause.what->fault;
    }
    if (saved->carrier != saved->phone.carrier()) then.ported = saved->carrier;
    scenario made;
    if (saved->drawn.total() != made.api.price.of(saved->carrier)) then.cost = saved->drawn.total();
    then.webhook = manner_of(of, *saved, ordinal);

    rule only;
    only.name = cause.by == nullptr ? "rule 1" : cause.by->name;
    only.when.phone = glob_list{{glob{saved->phone.text()}}};
    only.steps.push_back(std::move(then));
    made.rules.push_back(std::move(only));

    made.name = "delivery " + of.id_of(ordinal).text();
    made.api.refund_failed = saved->refund_if_failed;
    made.webhook.timeout = now.webhook.timeout;
    made.webhook.retry = retries_of(of, ordinal);
    made.account_defaults.opening =
        opening_for(made.account_defaults.opening, saved->drawn.total());
    return made;
}

}  // namespace nexo_mock::domain
