#include <nexo_mock/control/views.hpp>
#include <nexo_mock/runtime/emulator.hpp>

#include <span>
#include <utility>

namespace nexo_mock::runtime {

namespace {

constexpr int most_in_a_turn = 1'000;

constexpr std::size_t kept_effects = 1'000;  // room for more is given back

real_time real_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

emulator::emulator(emulator_settings settings)
    : settings_{std::move(settings)},
      seed_{settings_.seed},
      start_scenario_{settings_.scenario},
      scenario_{settings_.scenario},
      start_{settings_.clock.start.value_or(std::chrono::floor<std::chrono::seconds>(wall_time()))},
      registry_{settings_.max_accounts},
      base_clock_{first_clock()},
      strangers_{settings_.world.journal} {}

// A frozen or told clock begins where it was told to, else at the second of the start; one that
// runs with the wall begins at the wall's time.
sim_clock emulator::first_clock() const {
    const auto& setting = settings_.clock;
    const bool follows_wall = setting.mode != codec::clock_mode::manual && !setting.start;
    return {setting, follows_wall ? wall_time() : start_, real_now()};
}

domain::world emulator::new_world(std::string_view key, domain::time_point began) const {
    const auto rules = scenario();
    return {rules->settings_for(key), rules, seed_, began, settings_.world};
}

account_ptr emulator::make_account(std::string_view key, std::uint64_t number) {
    const auto clock = base_clock();
    return std::make_shared<account>(std::string{key}, number, clock,
                                     new_world(key, clock.now(real_now())));
}

account_ptr emulator::open(std::string_view key, api::admission& why_not) {
    why_not = api::admission::unknown_key;
    if (auto known = registry_.find(key)) return known;
    if (!scenario()->admits(key)) return nullptr;
    why_not = api::admission::too_many_accounts;
    return registry_.find_or_add(key,
                                 [&](std::uint64_t number) { return make_account(key, number); });
}

api::admission emulator::visit(std::string_view key, effect_sink& to, api::world_use use,
                               account_moment* seen, const call_made* call) {
    account_moment visited;
    const auto on_account = [&](account& of, real_time at, domain::effects& out) {
        visited.epoch = of.epoch;
        visited.at = of.clock.now(at);
        call_world(of, at, out,
                   [&](account& called, domain::time_point now) { use(called.world, now); });
        if (call != nullptr) remember(of, *call, visited.at);
    };
    for (;;) {
        auto why_not = api::admission::granted;
        auto found = open(key, why_not);
        if (!found) return why_not;
        if (!in(found, to, on_account)) continue;
        visited.of = std::move(found);
        if (seen != nullptr) *seen = std::move(visited);
        return api::admission::granted;
    }
}

bool emulator::in(const account_ptr& of, effect_sink& to, use_effects use) {
    static thread_local domain::effects out;  // used again, for no call is within another
    out.clear();
    std::vector<webhook_job> jobs;
    std::optional<real_time> wake;
    {
        const std::lock_guard lock{of->mutex};
        if (of->is_retired) return false;
        const auto at = real_now();
        use(*of, at, out);
        jobs = take_jobs(of, out);
        wake = arm(*of, at);
    }
    if (out.capacity() > kept_effects) out = {};
    for (auto& job : jobs)
        to.dispatch(std::move(job));
    if (wake) to.wake_at(*wake, of);
    return true;
}

bool emulator::with(const account_ptr& of, effect_sink& to, use_account use) {
    return in(of, to, [&](account& locked, real_time at, domain::effects& out) {
        call_world(locked, at, out, use);
    });
}

void emulator::call_world(account& of, real_time at, domain::effects& out, use_account use) {
    const auto now = of.clock.now(at);
    of.world.advance(now, out);
    publish_changes(of, out);
    const auto before = out.size();
    const auto first_new = of.world.deliveries().next_ordinal();
    use(of, now);
    announce_sends(of, first_new);
    settle(of, out, at);
    publish_changes(of, std::span{out}.subspan(before));
}

void emulator::settle(account& of, domain::effects& out, real_time at) {
    of.world.advance(of.clock.now(at), out);
    if (of.clock.setting().mode != codec::clock_mode::instant) return;
    while (const auto next = of.world.next_due()) {
        of.clock.jump_to(*next, at);
        of.world.advance_one(*next, out);
    }
}

std::vector<webhook_job> emulator::take_jobs(const account_ptr& of, const domain::effects& out) {
    std::vector<webhook_job> jobs;
    if (out.empty()) return jobs;
    for (const auto& each : out) {
        const auto* due = std::get_if<domain::webhook_due>(&each);
        if (due != nullptr) jobs.push_back({of, of->epoch, due->attempt, nullptr});
    }
    if (of->watched_by != nullptr) {
        of->watched_by->insert(of->watched_by->end(), out.begin(), out.end());
    }
    of->outstanding += jobs.size();
    outstanding_ += jobs.size();
    return jobs;
}

std::optional<real_time> emulator::arm(account& of, real_time at) {
    const auto next = of.world.next_due();
    if (!next) return std::nullopt;
    const auto when = of.clock.real_time_of(*next, at);
    if (!when || (!of.armed.empty() && of.armed.back() <= *when)) return std::nullopt;
    of.armed.push_back(*when);
    return when;
}

// Where very much is due at once, other work of the thread has its turn in between: the account is
// woken again for the rest, unless a call comes first, which runs it.
void emulator::run_due(const account_ptr& of, real_time set_for, effect_sink& to) {
    in(of, to, [&](account& locked, real_time at, domain::effects& out) {
        std::erase(locked.armed, set_for);
        const auto now = locked.clock.now(at);
        for (int run = 0; run < most_in_a_turn && locked.world.advance_one(now, out);)
            ++run;
        publish_changes(locked, out);
    });
}

bool emulator::is_wanted(const webhook_job& job) {
    return job.epoch == job.of->epoch && !job.of->is_retired;
}

bool emulator::still_wants(const webhook_job& job) {
    const std::lock_guard lock{job.of->mutex};
    return is_wanted(job);
}

std::optional<outgoing_webhook> emulator::begin(const webhook_job& job) {
    std::vector<std::function<void()>> quiet;
    {
        const std::lock_guard lock{job.of->mutex};
        if (job.by_hand && is_wanted(job)) {
            const auto& [attempt, done] = *job.by_hand;
            return outgoing_webhook{attempt.event, attempt.target,
                                    job.of->world.timeout_of(attempt.of)};
        }
        if (!job.by_hand && is_wanted(job)) {
            const auto* record = job.of->world.begin_attempt(job.attempt);
            if (record != nullptr) {
                return outgoing_webhook{record->event, record->target,
                                        job.of->world.timeout_of(job.attempt)};
            }
            job_done(*job.of, quiet);
        } else {
            --outstanding_;
        }
    }
    if (job.by_hand) job.by_hand->done(std::nullopt);
    for (const auto& each : quiet)
        each();
    return std::nullopt;
}

void emulator::job_done(account& of, std::vector<std::function<void()>>& quiet) {
    --outstanding_;
    if (--of.outstanding == 0) quiet = std::exchange(of.when_quiet, {});
}

std::optional<domain::event_state> emulator::finish(const webhook_job& job,
                                                    domain::attempt_outcome outcome,
                                                    effect_sink& to) {
    std::vector<std::function<void()>> quiet;
    std::optional<domain::event_state> state;
    with(job.of, to, [&](account& of, domain::time_point now) {
        if (of.epoch != job.epoch) return;
        const auto made = of.world.finish_attempt(job.attempt, std::move(outcome), now,
                                                  next_attempt_.fetch_add(1));
        if (made) publish_attempt(of, *made);
        const auto* events = of.world.webhooks_of(job.attempt.delivery);
        state = events == nullptr ? domain::event_state::given_up  // evicted with its delivery
                                  : (*events)[job.attempt.event].state;
        job_done(of, quiet);
        if (job.attempt.event == 0 && job.attempt.number == 1) {
            of.take_waiters(job.attempt.delivery, quiet);
        }
    });
    if (!state) --outstanding_;
    for (const auto& each : quiet)
        each();
    return state;
}

void emulator::when_first_attempt_ended(const account_moment& by, std::uint64_t delivery,
                                        std::function<void()> then) {
    if (by.of) {
        auto& of = *by.of;
        const std::lock_guard lock{of.mutex};
        const auto* events = of.world.webhooks_of(delivery);
        const bool is_to_come = of.epoch == by.epoch && !of.is_retired && events != nullptr &&
                                !events->front().attempts.empty() &&
                                !events->front().attempts.front().ended;
        if (is_to_come) {
            of.when_attempt_ended.emplace(delivery, std::move(then));
            return;
        }
    }
    then();
}

sim_clock emulator::base_clock() const {
    const std::lock_guard lock{clock_mutex_};
    return base_clock_;
}

std::uint64_t emulator::base_clock_generation() const {
    const std::lock_guard lock{clock_mutex_};
    return base_clock_generation_;
}

void emulator::change_base_clock(const std::function<void(sim_clock&)>& change) {
    const std::lock_guard lock{clock_mutex_};
    change(base_clock_);
    ++base_clock_generation_;
}

bool emulator::jump_base_clock(domain::time_point to, std::uint64_t generation) {
    const std::lock_guard lock{clock_mutex_};
    if (generation != base_clock_generation_) return false;
    base_clock_.jump_to(to, real_now());
    return true;
}

void emulator::forget_waiters() {
    waiters_.clear();
    for (const auto& each : registry_.all()) {
        std::vector<std::function<void()>> dropped;
        const std::lock_guard lock{each->mutex};
        dropped = std::exchange(each->when_quiet, {});
        each->watched_by = nullptr;  // what it points into goes with them
        each->take_all_waiters(dropped);
    }
}

}  // namespace nexo_mock::runtime
