#include <nexo_mock/control/views.hpp>
#include <nexo_mock/runtime/emulator.hpp>

// What the emulator remembers, and tells those who follow or wait.

namespace nexo_mock::runtime {

namespace {

std::string_view kept(std::string_view text) {
    return text.substr(0, domain::call_record::kept_bytes);
}

/// Its texts are those of the call.
domain::call_record record_of(const api::request& in, const api::response& out, std::uint64_t seq,
                              domain::time_point at) {
    return {.seq = seq,
            .at = at,
            .method = api::name(in.verb),
            .path = kept(in.target),
            .call = out.call,
            .status = out.status,
            .error = out.error,
            .why = out.note,
            .rule = out.rule,
            .by_rule = out.by_rule,
            .delivery = out.delivery,
            .fault = out.manner.fault ? std::optional{out.manner.fault->kind} : std::nullopt,
            .latency = out.manner.latency,
            .body = kept(in.body),
            .reply = kept(out.body)};
}

/// The rule that decided an accepted send is known to its delivery.
void name_rule(domain::call_record& record, const domain::world& world) {
    if (!record.rule.empty() || !record.delivery || record.call != domain::endpoint::send_otp)
        return;
    if (world.deliveries().find(*record.delivery) == nullptr) return;
    const auto* by = world.deliveries().cause_of(*record.delivery).by;
    if (by != nullptr) record.rule = by->name;
}

/// `of`: where it was let in, if it was.
std::string event_of(const domain::call_record& record, const domain::world* of) {
    std::string event;
    codec::json_writer json{event};
    control::write_call(json, record, of, control::call_part::without_bodies);
    return event;
}

}  // namespace

control::next_numbers emulator::numbers() const {
    return {next_seq_.load(), next_call_.load(), next_attempt_.load(), registry_.next_number()};
}

bool emulator::is_past(const account_moment& then) {
    if (!then.of) return false;
    const std::lock_guard lock{then.of->mutex};
    return then.of->epoch != then.epoch || then.of->is_retired;
}

account_moment emulator::moment_of(std::string_view key) const {
    const auto found = registry_.find(key);
    if (!found) return {};
    const std::lock_guard lock{found->mutex};
    return {found, found->epoch, found->clock.now(std::chrono::steady_clock::now())};
}

void emulator::remember(account& of, const call_made& call, domain::time_point now) {
    auto record = record_of(call.in, call.out, next_call_.fetch_add(1), now);
    name_rule(record, of.world);
    if (events_.is_on()) events_.publish(of.key, "request", event_of(record, &of.world));
    of.world.record(record);
}

void emulator::record(const account_moment& by, const api::request& in, const api::response& out) {
    if (by.of) {
        const std::lock_guard lock{by.of->mutex};
        if (by.of->epoch == by.epoch && !by.of->is_retired) remember(*by.of, {in, out}, by.at);
        return;
    }
    const std::lock_guard lock{strangers_mutex_};
    const auto record = record_of(in, out, next_call_.fetch_add(1), wall_time());
    if (events_.is_on()) events_.publish(event_bus::nobody, "request", event_of(record, nullptr));
    strangers_.push(record);
}

void emulator::record_refused(int status, std::string_view error, std::string_view why) {
    api::request none;
    none.verb = api::method::other;
    api::response answered;
    answered.status = status;
    answered.error = error;
    answered.note = why;
    record({}, none, answered);
}

void emulator::visit_strangers(api::function_ref<void(const domain::call_journal&)> use) const {
    const std::lock_guard lock{strangers_mutex_};
    use(strangers_);
}

void emulator::announce_sends(account& of, std::uint64_t first_new) {
    const auto end = of.world.deliveries().next_ordinal();
    for (auto ordinal = first_new; ordinal < end; ++ordinal) {
        const auto* sent = of.world.deliveries().find(ordinal);
        if (sent == nullptr) continue;
        waiters_.code_sent(of.key, sent->phone, sent->seq);
        if (events_.is_on()) publish_delivery(of, ordinal, {sent->created, {}});
    }
}

void emulator::publish_changes(const account& of, std::span<const domain::effect> changes) {
    if (!events_.is_on()) return;
    for (const auto& each : changes) {
        const auto* changed = std::get_if<domain::delivery_changed>(&each);
        if (changed == nullptr) continue;
        for (const auto& past : of.world.history_of(changed->delivery)) {
            if (past.at != changed->at || past.outcome.status != changed->status) continue;
            publish_delivery(of, changed->delivery, past);
            break;
        }
    }
}

void emulator::publish_delivery(const account& of, std::uint64_t ordinal,
                                const domain::past_change& change) {
    std::string event;
    codec::json_writer json{event};
    if (control::write_delivery_event(json, of.world, ordinal, change)) {
        events_.publish(of.key, "delivery", event);
    }
}

void emulator::publish_attempt(const account& of, const domain::sent_attempt& made) {
    if (!events_.is_on()) return;
    std::string event;
    codec::json_writer json{event};
    control::write_sent_attempt(json, made, of.key, control::attempt_part::without_request);
    events_.publish(of.key, "webhook", event);
}

void emulator::submit_by_hand(webhook_job job, effect_sink& to) {
    ++outstanding_;
    to.dispatch(std::move(job));
}

void emulator::finish_by_hand(const webhook_job& job, domain::attempt_outcome outcome,
                              effect_sink& to) {
    --outstanding_;
    std::optional<domain::sent_attempt> made;
    with(job.of, to, [&](account& of, domain::time_point now) {
        if (of.epoch != job.epoch) return;
        const auto number = next_attempt_.fetch_add(1);
        made = of.world.finish_extra(job.by_hand->attempt, std::move(outcome), now, number);
        publish_attempt(of, *made);
    });
    job.by_hand->done(std::move(made));
}

}  // namespace nexo_mock::runtime
