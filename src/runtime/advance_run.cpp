#include <nexo_mock/runtime/advance_run.hpp>

#include <algorithm>
#include <utility>

namespace nexo_mock::runtime {

namespace {

constexpr int events_in_a_row = 256;  // before other connections of the worker get their turn

class advance_run : public std::enable_shared_from_this<advance_run> {
 public:
    advance_run(emulator& of_all, effect_sink& worker, advance_target target,
                control::advance_report& report, std::function<void()> done)
        : emulator_{of_all},
          worker_{worker},
          target_{std::move(target)},
          report_{report},
          done_{std::move(done)} {}

    void go_on() {
        for (int i = 0; i < events_in_a_row; ++i) {
            switch (step()) {
                case state::running: break;
                case state::waiting: return;
                case state::finished: done_(); return;
            }
        }
        resume_soon();
    }

 private:
    enum class state : std::uint8_t { running, waiting, finished };

    void resume_soon() {
        worker_.run_soon([self = shared_from_this()] { self->go_on(); });
    }

    /// Runs one event, or finds out that none is to be run now.
    state step() {
        auto result = state::finished;
        std::vector<webhook_job> jobs;
        std::vector<std::function<void()>> others;
        {
            auto& of = *target_.of;
            const std::lock_guard lock{of.mutex};
            const bool is_past = of.epoch != target_.epoch || of.is_retired;
            if (is_past || of.clock.setting().mode != codec::clock_mode::manual) {
                others = leave(of);
                return finish_with(others);
            }
            const bool waits_for_another = of.watched_by != nullptr && of.watched_by != &seen_;
            if (of.outstanding != 0 || waits_for_another) {
                of.when_quiet.emplace_back([self = shared_from_this()] { self->resume_soon(); });
                return state::waiting;
            }
            enter(of);
            report_what_was_seen(of);
            if (run_next(of, jobs)) {
                result = state::running;
            } else {
                others = leave(of);
            }
            report_.now = std::max(report_.now, of.clock.now({}));
        }
        for (auto& job : jobs)
            worker_.dispatch(std::move(job));
        return result == state::finished ? finish_with(others) : result;
    }

    /// One advance of an account at a time: the next begins where this one ended.
    void enter(account& of) {
        if (of.watched_by == &seen_) return;
        of.watched_by = &seen_;
        if (target_.length) until_ = domain::after(of.clock.now({}), *target_.length);
    }

    std::vector<std::function<void()>> leave(account& of) {
        if (of.watched_by != &seen_) return {};
        of.watched_by = nullptr;
        return std::exchange(of.when_quiet, {});
    }

    static state finish_with(const std::vector<std::function<void()>>& others) {
        for (const auto& each : others)
            each();
        return state::finished;
    }

    /// False if nothing is due up to the target; the clock stands there then.
    bool run_next(account& of, std::vector<webhook_job>& jobs) {
        const auto next = of.world.next_due();
        if (!next || (until_ && *next > *until_)) {
            if (until_) of.clock.jump_to(*until_, {});
            return false;
        }
        domain::effects out;
        of.clock.jump_to(*next, {});
        of.world.advance_one(*next, out);
        emulator_.publish_changes(of, out);
        jobs = emulator_.take_jobs(target_.of, out);
        return true;
    }

    /// All that happened since the last step, whoever made it happen; its attempts have ended.
    void report_what_was_seen(account& of) {
        for (const auto& each : std::exchange(seen_, {})) {
            control::fired_event fired;
            if (const auto* changed = std::get_if<domain::delivery_changed>(&each)) {
                fired.at = changed->at;
                fired.delivery = of.world.id_of(changed->delivery);
                fired.status = changed->status;
            } else {
                const auto& [attempt, at] = std::get<domain::webhook_due>(each);
                fired.at = at;
                fired.delivery = of.world.id_of(attempt.delivery);
                fired.attempt = attempt.number;
                const auto* events = of.world.webhooks_of(attempt.delivery);
                // One that was acknowledged by hand before its turn came is not there any more.
                const bool is_there =
                    events != nullptr && attempt.number <= (*events)[attempt.event].attempts.size();
                if (is_there) {
                    fired.outcome = (*events)[attempt.event].attempts[attempt.number - 1].outcome;
                }
            }
            report_.add(std::move(fired));
        }
    }

    emulator& emulator_;
    effect_sink& worker_;
    advance_target target_;
    control::advance_report& report_;
    std::function<void()> done_;
    std::optional<domain::time_point> until_;
    domain::effects seen_;
};

}  // namespace

void advance_account(emulator& of_all, effect_sink& worker, advance_target target,
                     control::advance_report& report, std::function<void()> done) {
    std::make_shared<advance_run>(of_all, worker, std::move(target), report, std::move(done))
        ->go_on();
}

}  // namespace nexo_mock::runtime
