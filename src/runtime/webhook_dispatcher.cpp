#include <nexo_mock/codec/webhook_message.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/webhook_dispatcher.hpp>

#include <utility>

namespace nexo_mock::runtime {

namespace {

net::client_settings client_settings_of(const domain::webhook_settings& webhook) {
    net::client_settings settings;
    settings.ca_file = webhook.ca_file;
    settings.insecure = webhook.insecure;
    return settings;
}

}  // namespace

webhook_dispatcher::webhook_dispatcher(boost::asio::io_context& context, emulator& of,
                                       effect_sink& worker)
    : emulator_{of},
      worker_{worker},
      client_{context, client_settings_of(of.scenario()->webhook)} {}

void webhook_dispatcher::submit(webhook_job job) {
    auto owner = job.of;
    auto& of = lines_[owner];
    of.waiting.push_back(std::move(job));
    give_turn(std::move(owner), of);
    pump();
}

void webhook_dispatcher::give_turn(account_ptr owner, line& of) {
    if (of.has_turn || of.waiting.empty() || of.in_flight >= max_in_flight_of_account) return;
    of.has_turn = true;
    turns_.push_back(std::move(owner));
}

// One job of each account that has a turn, round and round, while there is room. An account that
// used up its own bound loses its turn until one of its attempts ends.
void webhook_dispatcher::pump() {
    while (in_flight_ < max_in_flight && !turns_.empty()) {
        const auto next = turns_.front();
        turns_.pop_front();
        auto& of = lines_[next];
        of.has_turn = false;
        if (of.waiting.empty()) {
            if (of.in_flight == 0) lines_.erase(next);
            continue;
        }
        auto job = std::move(of.waiting.front());
        of.waiting.pop_front();
        ++of.in_flight;
        ++in_flight_;
        of.has_turn = false;
        give_turn(next, of);
        start(job);
    }
}

void webhook_dispatcher::start(const webhook_job& job) {
    const auto webhook = emulator_.begin(job);
    if (!webhook) return worker_.run_soon([this, job] { finish(job); });
    auto url = codec::http_url::parse(webhook->target->url);
    if (!url) {
        net::client_reply reply;
        reply.error = "the webhook URL is no http:// or https:// URL";
        return worker_.run_soon(
            [this, job, id = webhook->event.id, reply] { on_reply(job, id, reply); });
    }
    const auto id = webhook->event.id;
    auto request = request_for(*webhook, std::move(*url));
    request.is_wanted = [job] { return emulator::still_wants(job); };
    client_.send(std::move(request),
                 [this, job, id](net::client_reply reply) { on_reply(job, id, std::move(reply)); });
}

net::client_request webhook_dispatcher::request_for(const outgoing_webhook& webhook,
                                                    codec::http_url url) {
    net::client_request request;
    request.url = std::move(url);
    request.timeout = webhook.timeout;
    const auto& secret = webhook.target->secret;
    auto message = codec::compose_webhook(webhook.event, signer_for(secret), secret);
    request.headers = codec::webhook_headers(message);
    request.body = std::move(message.body);
    return request;
}

const codec::webhook_signer& webhook_dispatcher::signer_for(const std::string& secret) {
    const auto known = signers_.find(secret);
    if (known != signers_.end()) return known->second;
    if (signers_.size() >= max_signers) signers_.clear();
    return signers_.emplace(secret, codec::webhook_signer{secret}).first->second;
}

void webhook_dispatcher::on_reply(const webhook_job& job, const domain::delivery_id& id,
                                  net::client_reply reply) {
    domain::attempt_outcome outcome;
    outcome.status = reply.status;
    outcome.error = std::move(reply.error);
    outcome.reply = reply.body.substr(0, kept_reply_bytes);
    outcome.took = reply.took;
    if (job.by_hand) {
        emulator_.finish_by_hand(job, std::move(outcome), worker_);
        return finish(job);
    }
    const auto state = emulator_.finish(job, outcome, worker_);
    if (state) log_attempt(job, id, outcome, *state);
    finish(job);
}

void webhook_dispatcher::log_attempt(const webhook_job& job, const domain::delivery_id& id,
                                     const domain::attempt_outcome& outcome,
                                     domain::event_state after) {
    const auto level = outcome.acknowledged() ? log_level::debug : log_level::warn;
    if (!log_enabled(level)) return;
    const auto* message = after == domain::event_state::acknowledged ? "webhook acknowledged"
                          : after == domain::event_state::given_up
                              ? "webhook given up"
                              : "webhook failed, to be retried";
    log(level, message,
        {{"delivery", id.text()},
         {"account", domain::masked_key(job.of->key)},
         {"attempt", std::to_string(job.attempt.number)},
         {"status", outcome.status == 0 ? std::string{} : std::to_string(outcome.status)},
         {"error", outcome.error}});
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
    std::erase_if(turns_, [this](const auto& owner) { return !lines_.at(owner).has_turn; });
    std::erase_if(lines_, [](const auto& each) { return each.second.is_done(); });
    client_.cancel_unwanted();
}

void webhook_dispatcher::finish(const webhook_job& job) {
    --in_flight_;
    auto& of = lines_[job.of];
    --of.in_flight;
    give_turn(job.of, of);
    if (of.is_done()) lines_.erase(job.of);
    pump();
}

}  // namespace nexo_mock::runtime
