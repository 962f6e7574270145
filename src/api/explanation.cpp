#include <nexo_mock/api/explanation.hpp>
#include <nexo_mock/api/vendor_api.hpp>
#include <nexo_mock/codec/json_writer.hpp>

#include <algorithm>

namespace nexo_mock::api {

namespace {

using domain::time_point;

/// When it begins makes no difference to what happens.
constexpr time_point some_day{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

/// The one account there is, at the moment that is asked about.
struct lone_account final : accounts {
    lone_account(domain::scenario_ptr scenario, domain::world of, time_point at)
        : rules{std::move(scenario)}, world{std::move(of)}, now{at} {}

    admission visit(std::string_view key, world_use use) override {
        if (!rules->admits(key)) return admission::unknown_key;
        world.advance(now, happened);
        use(world, now);
        return admission::granted;
    }
    std::uint64_t next_seq() override { return ++seq; }

    domain::scenario_ptr rules;
    domain::world world;
    time_point now;
    std::uint64_t seq = 0;
    domain::effects happened;  // and not looked at yet
};

request request_for(const send_question& asked) {
    request in;
    in.verb = method::post;
    in.target = "/api/v1/send-otp";
    in.authorization = "Bearer " + asked.key;
    in.peer = asked.peer;
    codec::json_writer{in.body}
        .begin_object()
        .member("phone", asked.phone)
        .member("code", asked.code)
        .end_object();
    return in;
}

/// Follows one delivery to its end, and lets the others go on beside it.
class follower {
 public:
    follower(lone_account& of, const send_question& asked, std::uint64_t ordinal, explanation& into)
        : account_{of}, asked_{asked}, ordinal_{ordinal}, into_{into}, sent_{of.now} {}

    void follow() {
        look();
        while (const auto next = account_.world.next_due()) {
            account_.world.advance_one(*next, account_.happened);
            look();
        }
    }

 private:
    void look() {
        for (const auto& each : std::exchange(account_.happened, {}))
            std::visit([&](const auto& effect) { see(effect); }, each);
    }

    void see(const domain::delivery_changed& change) {
        if (change.delivery != ordinal_) return;
        const auto view = account_.world.view(ordinal_);
        if (!view) return;
        foreseen_event event;
        event.at = change.at - sent_;
        event.outcome = view->outcome;
        event.cost = view->cost;
        into_.course.push_back(std::move(event));
    }

    void see(const domain::webhook_due& due) {
        auto& world = account_.world;
        const auto* record = world.begin_attempt(due.attempt);
        if (record == nullptr) return;
        foreseen_event event;
        event.at = due.at - sent_;
        event.outcome = record->event.outcome;
        event.cost = record->event.cost;
        event.attempt = due.attempt.number;
        event.event = due.attempt.event;
        event.signature = record->event.signature;
        const bool is_ours = due.attempt.delivery == ordinal_;
        event.status = is_ours ? next_answer() : 200;
        world.finish_attempt(due.attempt, {event.status, "", "", {}}, due.at);
        if (!is_ours) return;
        const auto* events = world.webhooks_of(ordinal_);
        if (events != nullptr) event.after = (*events)[due.attempt.event].state;
        into_.course.push_back(std::move(event));
    }

    int next_answer() {
        const auto& answers = asked_.receiver;
        if (answers.empty()) return 200;
        return answers[std::min(answered_++, answers.size() - 1)];
    }

    lone_account& account_;
    const send_question& asked_;
    std::uint64_t ordinal_;
    explanation& into_;
    time_point sent_;
    std::size_t answered_ = 0;
};

}  // namespace

namespace {

explanation play(lone_account account, const send_question& asked) {
    explanation told;
    told.scenario = account.rules;
    vendor_api api{account};
    const auto call = request_for(asked);
    for (std::uint32_t before = 1; before < asked.attempt; ++before) {
        response ignored;
        api.handle(call, ignored);
    }
    auto& world = account.world;
    told.target = world.account().target;
    told.state = world.state(account.now);
    const auto ordinal = world.deliveries().next_ordinal();
    world.trace_to(&told.trials);
    api.handle(call, told.reply);
    world.trace_to(nullptr);
    if (world.deliveries().next_ordinal() == ordinal) return told;
    told.accepted = world.view(ordinal);
    follower{account, asked, ordinal, told}.follow();
    return told;
}

}  // namespace

explanation explain(const domain::scenario_ptr& scenario, const send_question& asked) {
    domain::world fresh{scenario->settings_for(asked.key), scenario, asked.seed, some_day};
    const auto now = domain::after(some_day, asked.elapsed);
    return play({scenario, std::move(fresh), now}, asked);
}

explanation explain(const domain::scenario_ptr& scenario, const domain::world_snapshot& from,
                    const send_question& asked) {
    auto copy = domain::world::restored(asked.key, scenario, asked.seed, from);
    const auto now = domain::after(copy.began(), asked.elapsed);
    return play({scenario, std::move(copy), now}, asked);
}

}  // namespace nexo_mock::api
