#include <nexo_mock/codec/webhook_message.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/webhook_dispatcher.hpp>

#include <algorithm>
#include <utility>

namespace nexo_mock::runtime {

namespace {

net::client_settings client_settings_of(const emulator& of) {
    const auto& webhook = of.scenario()->webhook;
    net::client_settings settings;
    settings.idle_per_target = webhook_dispatcher::max_in_flight;
    settings.ca_file = webhook.ca_file;
    settings.insecure = webhook.insecure;
    settings.allowed = of.settings().webhook_allow;
    return settings;
}

}  // namespace

webhook_dispatcher::webhook_dispatcher(boost::asio::io_context& context, emulator& of,
                                       effect_sink& worker)
    : emulator_{of}, worker_{worker}, client_{context, client_settings_of(of)} {}

void webhook_dispatcher::submit(webhook_job job) {
    auto& of = lines_[job.of];
    if (!of.of) {
        of.of = job.of;
    } else if (of.is_done()) {
        --quiet_;
    }
    of.waiting.push_back(std::move(job));
    give_turn(of);
    pump_soon();
}

// Not at once: a webhook must not overtake the reply that made it due. And once for all that became
// due, or came back, in one go: requests that go out in a row find the receiver awake, which costs
// both sides less than to wake it for each.
void webhook_dispatcher::pump_soon() {
    if (std::exchange(pumps_soon_, true)) return;
    worker_.run_soon([this] {
        pumps_soon_ = false;
        pump();
    });
}

/// Whether the account may have one more in flight. One whose receiver answers takes, beyond what
/// every account may have, fewer than it leaves free: the more accounts hold, the less is left for
/// each, and some always is.
bool webhook_dispatcher::may_start(const line& of) const {
    if (of.in_flight < max_in_flight_of_account) return in_flight_ < max_in_flight;
    return of.in_flight < max_in_flight_of_account + of.earned &&
           of.in_flight + in_flight_ + kept_for_others < max_in_flight;
}

void webhook_dispatcher::give_turn(line& of) {
    if (of.has_turn || of.waiting.empty()) return;
    of.has_turn = true;
    turns_of(of.known_as).push_back(&of);
}

std::size_t& webhook_dispatcher::in_flight_of(standing which) {
    return in_flight_by_standing_[static_cast<std::size_t>(which)];
}

std::deque<webhook_dispatcher::line*>& webhook_dispatcher::turns_of(standing which) {
    return turns_[static_cast<std::size_t>(which)];
}

bool webhook_dispatcher::has_room(standing which) {
    if (in_flight_ >= max_in_flight) return false;
    if (which == standing::prompt) return true;
    const auto slow_ones = in_flight_of(standing::slow);
    if (slow_ones + in_flight_of(standing::unknown) >= max_in_flight_unproven) return false;
    return which == standing::unknown || slow_ones < max_in_flight_slow;
}

// One of each standing, round and round, while there is room.
void webhook_dispatcher::pump() {
    for (bool goes_on = true; goes_on;) {
        goes_on = false;
        for (const auto each : all_standings)
            goes_on = pump_one(each) || goes_on;
    }
}

// One job of the account whose turn it is. An account that used up its own bound loses its turn
// until one of its attempts ends.
bool webhook_dispatcher::pump_one(standing which) {
    auto& turns = turns_of(which);
    if (turns.empty() || !has_room(which)) return false;
    auto& next = *turns.front();
    turns.pop_front();
    next.has_turn = false;
    if (next.known_as != which) {
        give_turn(next);
        return true;
    }
    if (!may_start(next)) return true;
    auto& made = take_off(next);
    give_turn(next);
    start(made);
    return true;
}

webhook_dispatcher::attempt& webhook_dispatcher::take_off(line& from) {
    if (spare_.empty()) spare_.push_back(&attempts_.emplace_back());
    auto& made = *spare_.back();
    spare_.pop_back();
    made.job = std::move(from.waiting.front());
    made.of = &from;
    from.waiting.pop_front();
    ++from.in_flight;
    ++in_flight_of(from.known_as);
    ++in_flight_;
    return made;
}

void webhook_dispatcher::start(attempt& made) {
    const auto webhook = emulator_.begin(made.job);
    if (!webhook) return land(made);
    made.id = webhook->event.id;
    send(made, *webhook);
}

void webhook_dispatcher::send(attempt& made, const outgoing_webhook& webhook) {
    const auto& to = prepared(webhook.target);
    if (!to.url) {
        net::client_reply none;
        none.error = "the webhook URL is no http:// or https:// URL";
        return worker_.run_soon([this, &made, none] { on_reply(made, none); });
    }
    auto message = codec::compose_webhook(webhook.event, to.signer, webhook.target->secret);
    request_.headers.clear();
    codec::each_webhook_header(message, [this](std::string_view name, std::string_view value) {
        request_.add_header(name, value);
    });
    request_.body = std::move(message.body);
    request_.timeout = webhook.timeout;
    request_.is_wanted = [&made] { return emulator::still_wants(made.job); };
    client_.send(*to.url, request_,
                 [this, &made](net::client_reply reply) { on_reply(made, std::move(reply)); });
}

const webhook_dispatcher::prepared_target& webhook_dispatcher::prepared(
    const domain::webhook_target_ptr& target) {
    const auto known = targets_.find(target);
    if (known != targets_.end()) return known->second;
    if (targets_.size() >= max_targets) targets_.clear();
    prepared_target made{codec::http_url::parse(target->url),
                         codec::webhook_signer{target->secret}};
    return targets_.emplace(target, std::move(made)).first->second;
}

// A receiver that answers, and keeps its connections, is given more at once; one that closes them
// would have to accept as many connections as requests.
void webhook_dispatcher::on_reply(attempt& made, net::client_reply reply) {
    judge(*made.of, reply);
    record(made, std::move(reply));
    land(made);
    pump_soon();
}

void webhook_dispatcher::judge(line& of, const net::client_reply& reply) {
    of.earned = reply.is_kept ? std::min(of.earned + 1, max_in_flight) : 0;
    const auto now_known_as = reply.took > slow ? standing::slow : standing::prompt;
    in_flight_of(of.known_as) -= of.in_flight;
    of.known_as = now_known_as;
    in_flight_of(of.known_as) += of.in_flight;
}

void webhook_dispatcher::record(const attempt& made, net::client_reply reply) {
    domain::attempt_outcome outcome;
    outcome.status = reply.status;
    outcome.error = std::move(reply.error);
    outcome.reply = std::move(reply.body);
    if (outcome.reply.size() > kept_reply_bytes) {
        outcome.reply = outcome.reply.substr(0, kept_reply_bytes);
    }
    outcome.took = reply.took;
    if (made.job.by_hand) return emulator_.finish_by_hand(made.job, std::move(outcome), worker_);
    const auto state = emulator_.finish(made.job, outcome, worker_);
    if (state) log_attempt(made, outcome, *state);
}

void webhook_dispatcher::log_attempt(const attempt& made, const domain::attempt_outcome& outcome,
                                     domain::event_state after) {
    const auto level = outcome.acknowledged() ? log_level::debug : log_level::warn;
    if (!log_enabled(level)) return;
    const auto* message = after == domain::event_state::acknowledged ? "webhook acknowledged"
                          : after == domain::event_state::given_up
                              ? "webhook given up"
                              : "webhook failed, to be retried";
    log(level, message,
        {{"delivery", made.id ? made.id->text() : std::string{}},
         {"account", domain::masked_key(made.job.of->key)},
         {"attempt", std::to_string(made.job.attempt.number)},
         {"status", outcome.status == 0 ? std::string{} : std::to_string(outcome.status)},
         {"error", outcome.error}});
}

void webhook_dispatcher::land(attempt& made) {
    auto& of = *made.of;
    made.job = {};
    spare_.push_back(&made);
    --in_flight_;
    --in_flight_of(of.known_as);
    --of.in_flight;
    give_turn(of);
    if (!of.is_done()) return;
    of.earned = 0;
    if (++quiet_ > max_known) forget_quiet_ones();
}

void webhook_dispatcher::forget_quiet_ones() {
    std::erase_if(lines_, [](const auto& each) { return each.second.is_done(); });
    quiet_ = 0;
}

// Jobs of the past that wait for their turn end when it comes; they must not hold up what is new.
void webhook_dispatcher::end_past() {
    for (auto& [owner, of] : lines_) {
        std::deque<webhook_job> wanted;
        for (auto& job : std::exchange(of.waiting, {})) {
            if (emulator::still_wants(job)) {
                wanted.push_back(std::move(job));
            } else {
                emulator_.begin(job);  // which lets go of it
            }
        }
        of.waiting = std::move(wanted);
        of.has_turn = of.has_turn && !of.waiting.empty();
    }
    for (auto& turns : turns_)
        std::erase_if(turns, [](const auto* each) { return !each->has_turn; });
    forget_quiet_ones();
    client_.cancel_unwanted();
}

}  // namespace nexo_mock::runtime
