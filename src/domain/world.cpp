#include <nexo_mock/domain/world.hpp>

#include <algorithm>
#include <stdexcept>

namespace nexo_mock::domain {

namespace {

/// What becomes of a send that no rule decides: as at the real service [D].
const course& unscripted_course() {
    using namespace std::chrono_literals;
    static const course real{
        {{delay{uniform_delay{25s, 60s}}, {delivery_status::delivered, "", "success"}}}};
    return real;
}

const course& course_of(const step* what) {
    const auto* scripted = what == nullptr ? nullptr : std::get_if<course>(&what->action);
    return scripted == nullptr ? unscripted_course() : *scripted;
}

}  // namespace

void throw_exception_from_error(const refusal& error, const boost::source_location&) {
    throw std::logic_error{"refused: " + std::string{name(error.error)}};
}

world::world(account_settings account, scenario_ptr rules, std::uint64_t seed, time_point began,
             world_limits limits)
    : account_{std::move(account)},
      random_{random_stream{seed}.derive(account_.key)},
      engine_{std::move(rules), random_},
      ids_{random_},
      wallet_{account_.opening},
      call_journal_{limits.journal},
      attempt_journal_{limits.journal},
      began_{began},
      limits_{limits} {}

refusal world::refuse(api_error error, const reply_manner& manner) {
    ++counts_.refused;
    auto refused = refusal::because(error);
    refused.manner = manner;
    return refused;
}

rule_query world::query(endpoint call, time_point now) const {
    rule_query asked;
    asked.call = call;
    asked.key = account_.key;
    asked.elapsed = now - began_;
    return asked;
}

boost::system::result<decision, refusal> world::decide(const rule_query& call) {
    auto made = engine_.decide(call, calls_[static_cast<std::size_t>(call.call)]++, trials_);
    if (made.what == nullptr) return made;
    const auto* refused = std::get_if<refusal_step>(&made.what->action);
    const bool is_lost = std::holds_alternative<lost_call>(made.what->action);
    if (refused == nullptr && !is_lost) return made;
    engine_.commit(call, made);
    ++(is_lost ? counts_.lost : counts_.refused);
    refusal ended{api_error::internal_error, refused, engine_.rules(), made.by, manner_of(made)};
    if (refused != nullptr) {
        ended.error = api_error_named(refused->error).value_or(api_error::internal_error);
    }
    return ended;
}

reply_manner world::manner_of(const decision& made) const {
    reply_manner manner;
    if (made.what == nullptr) return manner;
    const auto& step = *made.what;
    if (!step.latency && !step.fault) return manner;
    auto random = made.random.derive("reply");
    const auto draw = [&](const delay& of) { return std::min(of.sample(random), longest_hold); };
    if (step.latency) manner.latency = draw(*step.latency);
    if (step.fault) manner.fault = drawn_fault{step.fault->kind, draw(step.fault->lasts)};
    return manner;
}

template <class T>
granted<T> world::grant(T what, const reply_manner& manner, const decision& made) const {
    granted<T> given{std::move(what), manner, {}};
    if (given.manner != reply_manner{}) given.rule = made.by->name;
    return given;
}

outcome_of<send_accepted> world::send_otp(const send_request& request, time_point now) {
    const auto phone = phone_number::parse(request.phone);
    if (!phone) return refuse(api_error::invalid_phone);
    const auto code = otp_code::parse(request.code);
    if (!code) return refuse(api_error::invalid_code);
    if (store_.size() - retired_.size() >= limits_.max_pending) {
        return refuse(api_error::service_unavailable);
    }

    auto call = query(endpoint::send_otp, now);
    call.phone = request.phone;
    call.phone_national = phone->national();
    call.network = phone->carrier();
    call.code = request.code;
    const auto made = decide(call);
    if (!made) return made.error();
    return accept(request, *phone, *code, call, *made, now);
}

outcome_of<send_accepted> world::accept(const send_request& request, phone_number phone,
                                        otp_code code, const rule_query& call, const decision& made,
                                        time_point now) {
    const auto& api = scenario().api;
    const auto* what = made.what;
    const auto network = what != nullptr && what->ported ? *what->ported : *call.network;
    if (std::ranges::find(api.no_route, network) != api.no_route.end()) {
        return refuse(api_error::no_route, manner_of(made));
    }
    const auto cost = what != nullptr && what->cost ? *what->cost : api.price.of(network);
    const auto drawn = wallet_.hold(cost, api.order);
    if (!drawn) return refuse(api_error::insufficient_balance, manner_of(made));

    engine_.commit(call, made);
    ++counts_.accepted;
    const auto ordinal = store_.next_ordinal();
    auto& stored = store_.append(domain::delivery{.phone = phone,
                                                  .code = code,
                                                  .seq = request.seq,
                                                  .created = now,
                                                  .completed = {},
                                                  .drawn = *drawn,
                                                  .carrier = network,
                                                  .refund_if_failed = api.refund_failed},
                                 {engine_.rules(), made.by, what});
    schedule(ordinal, stored, course_of(what), made.random);
    evict();
    auto manner = manner_of(made);
    manner.after_webhook = account_.target != nullptr && what != nullptr && what->webhook &&
                           what->webhook->before_reply;
    return grant(send_accepted{ids_.at(ordinal), ordinal, network, cost, wallet_.total()}, manner,
                 made);
}

void world::schedule(std::uint64_t ordinal, domain::delivery& of, const course& course,
                     random_stream random) {
    std::uint16_t place = 0;
    for (const auto& event : course.events)
        due_.push({after(of.created, event.after.sample(random)), ordinal, place++});
    of.events_left = place;
}

outcome_of<delivery_report> world::delivery(const std::optional<known_delivery>& of,
                                            time_point now) {
    const auto* found = of ? store_.find(of->ordinal) : nullptr;
    auto call = query(endpoint::deliveries, now);
    std::string phone;
    std::string code;
    if (found != nullptr) {
        phone = found->phone.text();
        code = found->code.text();
        call.phone = phone;
        call.phone_national = found->phone.national();
        call.network = found->carrier;
        call.code = code;
    }
    const auto made = decide(call);
    if (!made) return made.error();
    engine_.commit(call, *made);
    if (found == nullptr) return refuse(api_error::not_found, manner_of(*made));
    const delivery_report report{.id = of->id,
                                 .phone = found->phone,
                                 .carrier = found->carrier,
                                 .outcome = &latest_outcome(of->ordinal, *found),
                                 .cost = found->cost(),
                                 .created = found->created,
                                 .completed = found->completed};
    return grant(report, manner_of(*made), *made);
}

outcome_of<bucket_amounts> world::balance(time_point now) {
    const auto call = query(endpoint::balance, now);
    const auto made = decide(call);
    if (!made) return made.error();
    engine_.commit(call, *made);
    return grant(wallet_.amounts(), manner_of(*made), *made);
}

std::optional<time_point> world::next_due() const {
    return due_.next();
}

bool world::advance_one(time_point now, effects& out) {
    const auto event = due_.pop(now);
    if (event) run(*event, out);
    return event.has_value();
}

void world::advance(time_point now, effects& out) {
    while (advance_one(now, out)) {
    }
}

void world::run(const due_event& event, effects& out) {
    if (event.what != due_event::webhook) {
        change(event, out);
    } else {
        out.emplace_back(webhook_due{webhooks_.current_attempt(event.delivery), event.at});
    }
}

void world::change(const due_event& event, effects& out) {
    const auto& [at, ordinal, what] = event;
    auto& changed = *store_.find(ordinal);
    const auto& outcome = outcome_after(ordinal, what);
    --changed.events_left;
    remember(ordinal, changed, {at, outcome});
    changed.became = what;
    changed.has_changed = true;
    changed.status = outcome.status;
    out.emplace_back(delivery_changed{ordinal, outcome.status, at});
    if (is_terminal(outcome.status)) {
        changed.completed = at;
        settle(changed, outcome.status);
        announce(ordinal, changed, outcome, at);
    }
    retire(ordinal);
}

const delivery_outcome& world::outcome_after(std::uint64_t ordinal, std::uint16_t what) const {
    if (what == due_event::by_hand) return *by_hand_.find(ordinal);
    return course_of(store_.cause_of(ordinal).what).events[what].outcome;
}

const delivery_outcome& world::latest_outcome(std::uint64_t ordinal,
                                              const domain::delivery& of) const {
    static const delivery_outcome sent;
    return of.has_changed ? outcome_after(ordinal, of.became) : sent;
}

// The first terminal status decides about the money; a scenario that contradicts itself later
// changes what is told, not what was paid.
void world::settle(domain::delivery& of, delivery_status status) {
    if (of.money_state != settlement::held) return;
    ++(status == delivery_status::delivered ? counts_.delivered : counts_.failed);
    if (status == delivery_status::failed && of.refund_if_failed) {
        wallet_.refund(of.drawn.amounts());
        of.money_state = settlement::refunded;
    } else {
        wallet_.charge(of.drawn.amounts());
        of.money_state = settlement::charged;
    }
}

/// What webhooks draw is a function of the delivery, and not of when it is asked for.
random_stream world::webhook_draws(std::uint64_t ordinal) const {
    return random_.derive("webhooks").derive(ordinal);
}

void world::announce(std::uint64_t ordinal, const domain::delivery& of,
                     const delivery_outcome& outcome, time_point at) {
    if (!account_.target) return;
    const auto* what = store_.cause_of(ordinal).what;
    const auto manner = what != nullptr && what->webhook ? *what->webhook : webhook_manner{};
    const webhook_event told{ids_.at(ordinal), of.phone,   of.carrier, outcome,
                             of.cost(),        of.created, at,         manner.signature};
    auto random = webhook_draws(ordinal).derive("wait").derive(of.events_left);
    for (std::uint32_t copy = 0; copy < manner.copies; ++copy) {
        schedule(
            webhooks_.add(ordinal, told, account_.target, after(at, manner.wait.sample(random))));
    }
}

void world::schedule(const std::optional<next_attempt>& next) {
    if (!next) return;
    due_.push({next->due, next->attempt.delivery, due_event::webhook});
}

const event_record* world::begin_attempt(const attempt_ref& attempt) {
    return webhooks_.begin(attempt);
}

/// What an attempt draws is a function of which one it is, and not of when it is made.
random_stream world::attempt_draws(const attempt_ref& attempt) const {
    return webhook_draws(attempt.delivery).derive(attempt.event).derive(attempt.number);
}

duration world::timeout_of(const attempt_ref& attempt) const {
    auto random = attempt_draws(attempt).derive("timeout");
    return scenario().webhook.timeout.sample(random);
}

std::optional<sent_attempt> world::finish_attempt(const attempt_ref& attempt,
                                                  attempt_outcome outcome, time_point now,
                                                  std::uint64_t seq) {
    if (!webhooks_.is_in_flight(attempt)) return std::nullopt;
    const auto& retry = scenario().webhook.retry;
    std::optional<duration> wait;
    if (attempt.number <= retry.size()) {
        auto random = attempt_draws(attempt).derive("retry");
        wait = retry[attempt.number - 1].sample(random);
    }
    auto made = journal(attempt, outcome, now, seq);
    schedule(webhooks_.finish(attempt, std::move(outcome), wait, now, seq));
    retire(attempt.delivery);
    return made;
}

bool world::is_over(std::uint64_t ordinal, const domain::delivery& of) const {
    return of.events_left == 0 && of.money_state != settlement::held && webhooks_.is_quiet(ordinal);
}

// A delivery whose course has run and whose webhooks are settled may be evicted, oldest first.
void world::retire(std::uint64_t ordinal) {
    const auto* ended = store_.find(ordinal);
    if (ended == nullptr || !is_over(ordinal, *ended)) return;
    retired_.push_back(ordinal);
    evict();
}

bool world::is_beyond_limits() const {
    return store_.size() > limits_.max_deliveries || delivery_bytes() > limits_.max_delivery_bytes;
}

void world::evict() {
    while (!retired_.empty() && is_beyond_limits()) {
        store_.erase(retired_.front());
        webhooks_.erase(retired_.front());
        history_.erase(retired_.front());
        by_hand_.erase(retired_.front());
        retired_.pop_front();
        ++counts_.evicted;
    }
}

}  // namespace nexo_mock::domain
