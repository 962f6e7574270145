#include <nexo_mock/runtime/advance_run.hpp>

#include <algorithm>
#include <utility>

namespace nexo_mock::runtime {

namespace {

constexpr int events_in_a_row = 256;  // before other connections of the worker get their turn

class advance_run : public std::enable_shared_from_this<advance_run> {
 public:
    advance_run(emulator& of_all, effect_sink& worker, account_ptr of, advance_target target,
                control::advance_report& report, std::function<void()> done)
        : emulator_{of_all},
          worker_{worker},
          account_{std::move(of)},
          target_{target},
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
        domain::effects out;
        std::vector<webhook_job> jobs;
        {
            const std::lock_guard lock{account_->mutex};
            if (!epoch_) epoch_ = account_->epoch;
            const auto mode = account_->clock.setting().mode;
            if (*epoch_ != account_->epoch || mode != codec::clock_mode::manual) return result;
            if (account_->outstanding != 0) {
                account_->when_quiet.emplace_back(
                    [self = shared_from_this()] { self->resume_soon(); });
                return state::waiting;
            }
            report_attempts();
            if (run_next(out)) {
                jobs = emulator_.take_jobs(account_, out);
                result = state::running;
            }
            report_.now = std::max(report_.now, account_->clock.now({}));
        }
        for (auto& job : jobs)
            worker_.dispatch(std::move(job));
        return result;
    }

    /// False if nothing is due up to the target; the clock stands there then.
    bool run_next(domain::effects& out) {
        const auto next = account_->world.next_due();
        if (!next || (target_.until && *next > *target_.until)) {
            if (target_.until) account_->clock.jump_to(*target_.until, {});
            return false;
        }
        account_->clock.jump_to(*next, {});
        account_->world.advance_one(*next, out);
        for (const auto& each : out) {
            if (const auto* changed = std::get_if<domain::delivery_changed>(&each)) {
                report_.add({.at = changed->at,
                             .delivery = account_->world.id_of(changed->delivery),
                             .status = changed->status,
                             .attempt = 0,
                             .outcome = {},
                             .order = 0});
            } else {
                attempts_.push_back(std::get<domain::webhook_due>(each));
            }
        }
        return true;
    }

    /// Of the attempts handed out before, all of which have ended by now.
    void report_attempts() {
        for (const auto& [attempt, at] : std::exchange(attempts_, {})) {
            control::fired_event fired{.at = at,
                                       .delivery = account_->world.id_of(attempt.delivery),
                                       .status = {},
                                       .attempt = attempt.number,
                                       .outcome = {},
                                       .order = 0};
            const auto* events = account_->world.webhooks_of(attempt.delivery);
            if (events != nullptr) {
                fired.outcome = (*events)[attempt.event].attempts[attempt.number - 1].outcome;
            }
            report_.add(std::move(fired));
        }
    }

    emulator& emulator_;
    effect_sink& worker_;
    account_ptr account_;
    advance_target target_;
    control::advance_report& report_;
    std::function<void()> done_;
    std::optional<std::uint64_t> epoch_;
    std::vector<domain::webhook_due> attempts_;
};

}  // namespace

void advance_account(emulator& of_all, effect_sink& worker, account_ptr of, advance_target target,
                     control::advance_report& report, std::function<void()> done) {
    std::make_shared<advance_run>(of_all, worker, std::move(of), target, report, std::move(done))
        ->go_on();
}

}  // namespace nexo_mock::runtime
