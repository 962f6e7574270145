#include "copies.hpp"

#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/webhook_message.hpp>

#include <unordered_map>

namespace nexo_mock::embedding {

namespace {

delivery_status copy(domain::delivery_status status) {
    switch (status) {
        case domain::delivery_status::sent: return delivery_status::sent;
        case domain::delivery_status::delivered: return delivery_status::delivered;
        case domain::delivery_status::failed: return delivery_status::failed;
    }
    return delivery_status::sent;
}

webhook_kind copy(domain::attempt_kind kind) {
    switch (kind) {
        case domain::attempt_kind::scheduled: return webhook_kind::scheduled;
        case domain::attempt_kind::redelivery: return webhook_kind::redelivery;
        case domain::attempt_kind::ping: return webhook_kind::ping;
    }
    return webhook_kind::scheduled;
}

check copy(control::check what) {
    switch (what) {
        case control::check::webhooks: return check::webhooks;
        case control::check::codes: return check::codes;
        case control::check::rules: return check::rules;
        case control::check::requests: return check::requests;
    }
    return check::webhooks;
}

fired_event copy(const control::fired_event& event) {
    fired_event copied;
    copied.at = event.at;
    if (event.delivery) copied.delivery = event.delivery->text();
    if (event.status) copied.status = copy(*event.status);
    copied.attempt = event.attempt;
    copied.webhook_status = event.outcome.status;
    copied.webhook_error = event.outcome.error;
    return copied;
}

/// All but the webhooks.
delivery plain_copy(const domain::delivery_view& view, const std::string& key) {
    delivery copied;
    copied.id = view.id.text();
    copied.seq = view.seq;
    copied.account = key;
    copied.phone = view.phone.text();
    copied.code = view.code.text();
    copied.carrier = domain::name(view.carrier);
    copied.status = copy(view.outcome.status);
    copied.error_code = view.outcome.error_code;
    copied.carrier_status = view.outcome.carrier_status;
    copied.cost = embedding::copy(view.cost);
    copied.drawn = embedding::copy(view.drawn);
    copied.created_at = view.created;
    if (copied.status != delivery_status::sent) copied.completed_at = view.completed;
    copied.rule = view.rule;
    copied.code_was_read = view.code_read;
    return copied;
}

request copy(const domain::call_record& call, const domain::world* world) {
    request copied;
    copied.seq = call.seq;
    copied.at = call.at;
    if (world != nullptr) copied.account = world->account().key;
    copied.method = call.method;
    copied.path = call.path;
    if (call.call) copied.endpoint = domain::name(*call.call);
    copied.status = call.status;
    copied.error = call.error;
    copied.why = call.why;
    copied.rule = call.rule;
    copied.refused_by_rule = call.by_rule;
    if (world != nullptr && call.delivery) copied.delivery = world->id_of(*call.delivery).text();
    copied.body = call.body;
    copied.reply = call.reply;
    return copied;
}

}  // namespace

money copy(domain::money amount) {
    return {amount.micros()};
}

wallet copy(const domain::bucket_amounts& amounts) {
    using domain::bucket;
    return {copy(amounts[bucket::balance]), copy(amounts[bucket::bonus_credit]),
            copy(amounts[bucket::free_credit])};
}

sent_code copy(const control::code_view& code) {
    return {std::string{code.code.text()}, code.id.text(), code.seq, code.phone.text(),
            code.created};
}

advance_result copy(const control::advance_report& report) {
    advance_result copied{report.now, {}, report.total};
    for (const auto& each : report.fired)
        copied.fired.push_back(copy(each));
    return copied;
}

failure copy(const control::verification::failure& failure) {
    return {copy(failure.what), failure.detail, failure.account,
            failure.delivery,   failure.rule,   failure.request};
}

webhook_attempt copy(const domain::sent_attempt& attempt, const std::string& key) {
    const auto& secret = attempt.target->secret;
    auto message = codec::compose_webhook(attempt.event, codec::webhook_signer{secret}, secret);
    webhook_attempt copied;
    copied.seq = attempt.seq;
    copied.kind = copy(attempt.kind);
    copied.account = key;
    copied.delivery = codec::webhook_id(attempt.event);
    copied.number = attempt.of.number;
    copied.url = attempt.target->url;
    copied.body = std::move(message.body);
    copied.signature = message.signature.value_or("");
    copied.due_at = attempt.due;
    copied.ended_at = attempt.ended;
    copied.status = attempt.outcome.status;
    copied.error = attempt.outcome.error;
    copied.reply = attempt.outcome.reply;
    copied.took = attempt.outcome.took;
    return copied;
}

std::optional<delivery> copy_delivery(const domain::world& world, std::uint64_t ordinal) {
    const auto view = world.view(ordinal);
    if (!view) return std::nullopt;
    auto copied = plain_copy(*view, world.account().key);
    const auto& attempts = world.attempts();
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        const auto each = attempts[i];
        if (each.kind == domain::attempt_kind::ping || each.of.delivery != ordinal) continue;
        copied.webhook_attempts.push_back(copy(each, world.account().key));
    }
    return copied;
}

// One pass over the attempts, however many deliveries there are.
void add_deliveries(std::vector<delivery>& to, const domain::world& world) {
    std::unordered_map<std::uint64_t, std::vector<webhook_attempt>> attempts;
    for (std::size_t i = 0; i < world.attempts().size(); ++i) {
        const auto each = world.attempts()[i];
        if (each.kind == domain::attempt_kind::ping) continue;
        attempts[each.of.delivery].push_back(copy(each, world.account().key));
    }
    world.deliveries().oldest_first(0, [&](std::uint64_t ordinal, const auto&) {
        auto copied = plain_copy(world.view(ordinal).value(), world.account().key);
        const auto found = attempts.find(ordinal);
        if (found != attempts.end()) copied.webhook_attempts = std::move(found->second);
        to.push_back(std::move(copied));
        return true;
    });
}

void add_attempts(std::vector<webhook_attempt>& to, const domain::world& world) {
    for (std::size_t i = 0; i < world.attempts().size(); ++i)
        to.push_back(copy(world.attempts()[i], world.account().key));
}

void add_requests(std::vector<request>& to, const domain::call_journal& calls,
                  const domain::world* world) {
    for (std::size_t i = 0; i < calls.size(); ++i)
        to.push_back(copy(calls[i], world));
}

}  // namespace nexo_mock::embedding
