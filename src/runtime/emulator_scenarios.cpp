#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/runtime/emulator.hpp>

#include <map>
#include <utility>

// Which scenario each account is under, and how everything begins anew.

namespace nexo_mock::runtime {

namespace {

std::string scenario_event(std::string_view key, std::string_view name) {
    std::string event;
    codec::json_writer{event}
        .begin_object()
        .member_or_null("account", key.empty() ? std::string{} : domain::masked_key(key))
        .member("name", name)
        .end_object();
    return event;
}

std::string reset_event(std::string_view key) {
    std::string event;
    codec::json_writer{event}
        .begin_object()
        .member_or_null("account", key.empty() ? std::string{} : domain::masked_key(key))
        .end_object();
    return event;
}

}  // namespace

domain::scenario_ptr emulator::start_scenario() const {
    const std::lock_guard lock{scenario_mutex_};
    return start_scenario_;
}

domain::scenario_ptr emulator::scenario() const {
    const std::lock_guard lock{scenario_mutex_};
    return scenario_;
}

domain::scenario_ptr emulator::scenario_of(const account_ptr& of) const {
    const std::lock_guard lock{of->mutex};
    return of->world.rules().rules();
}

// The new one first: an account that is being made meanwhile has it, or is in the list by the time
// the registry gives it out.
void emulator::replace_scenario(domain::scenario_ptr changed, own_scenarios others) {
    const std::lock_guard one_at_a_time{replacing_};  // else each could have its way with some
    {
        const std::lock_guard lock{scenario_mutex_};
        scenario_ = changed;
    }
    for (const auto& each : registry_.all()) {
        const std::lock_guard lock{each->mutex};
        if (each->has_own_scenario && others == own_scenarios::stay) continue;
        each->has_own_scenario = false;
        each->world.adopt(changed);
    }
    events_.publish({}, "scenario", scenario_event({}, changed->name));
}

void emulator::restart_scenario(domain::scenario_ptr changed) {
    {
        const std::lock_guard lock{scenario_mutex_};
        start_scenario_ = changed;
    }
    replace_scenario(std::move(changed), own_scenarios::stay);
}

void emulator::replace_scenario(const account_ptr& of, domain::scenario_ptr own) {
    const std::lock_guard lock{of->mutex};
    of->has_own_scenario = true;
    events_.publish(of->key, "scenario", scenario_event(of->key, own->name));
    of->world.adopt(std::move(own));
}

void emulator::restore_scenario() {
    domain::scenario_ptr start;
    {
        const std::lock_guard lock{scenario_mutex_};
        start = start_scenario_;
    }
    replace_scenario(std::move(start), own_scenarios::end);
}

void emulator::restore_scenario(const account_ptr& of) {
    const std::lock_guard one_at_a_time{replacing_};
    const auto common = scenario();
    const std::lock_guard lock{of->mutex};
    if (!of->has_own_scenario) return;
    of->has_own_scenario = false;
    of->world.adopt(common);
    events_.publish(of->key, "scenario", scenario_event(of->key, common->name));
}

class emulator::front_rule {
 public:
    /// What stood in the scenario before does not have to match for the sake of whoever puts a
    /// rule for one account.
    enum class others : std::uint8_t { as_before, need_not_match };

    front_rule(domain::rule first, others rest) : first_{std::move(first)}, others_{rest} {}

    domain::scenario_ptr before(const domain::scenario_ptr& rules) {
        auto& made = made_[rules];
        if (made) return made;
        auto changed = std::make_shared<domain::scenario>(*rules);
        if (others_ == others::need_not_match) {
            for (auto& each : changed->rules)
                each.must_match = false;
        }
        changed->rules.insert(changed->rules.begin(), first_);
        ++changed->put_in_front;
        return made = std::move(changed);
    }

 private:
    domain::rule first_;
    others others_;
    std::map<domain::scenario_ptr, domain::scenario_ptr> made_;
};

void emulator::put_rule(const domain::rule& first) {
    const std::lock_guard one_at_a_time{replacing_};
    front_rule put{first, front_rule::others::as_before};
    {
        const std::lock_guard lock{scenario_mutex_};
        scenario_ = put.before(scenario_);
    }
    const auto common = scenario();
    for (const auto& each : registry_.all()) {
        const std::lock_guard lock{each->mutex};
        const auto& rules = each->world.rules().rules();
        if (rules != common) each->world.put_in_front(put.before(rules));  // else it is that new
    }
    events_.publish({}, "scenario", scenario_event({}, common->name));
}

void emulator::put_rule(const account_ptr& of, const domain::rule& first) {
    const std::lock_guard lock{of->mutex};
    const auto rest =
        of->has_own_scenario ? front_rule::others::as_before : front_rule::others::need_not_match;
    front_rule put{first, rest};
    of->has_own_scenario = true;
    of->world.put_in_front(put.before(of->world.rules().rules()));
    events_.publish(of->key, "scenario", scenario_event(of->key, of->world.scenario().name));
}

// A reset is heard by those who wait before anything new can be sent, and by those who follow
// between what was and what will be.
void emulator::reset() {
    {
        const std::lock_guard one_at_a_time{replacing_};
        const std::lock_guard lock{scenario_mutex_};
        scenario_ = start_scenario_;
    }
    change_base_clock([this](sim_clock& base) { base = first_clock(); });
    retire(registry_.clear());
    {
        const std::lock_guard lock{strangers_mutex_};
        strangers_ = domain::call_journal{settings_.world.journal};
    }
    waiters_.reset(control::scope::all());
    events_.publish({}, "reset", reset_event({}));
}

void emulator::retire(const std::vector<account_ptr>& gone) {
    std::vector<std::function<void()>> quiet;
    for (const auto& each : gone) {
        const std::lock_guard lock{each->mutex};
        each->is_retired = true;
        ++each->epoch;
        each->watched_by = nullptr;
        for (auto& waiter : std::exchange(each->when_quiet, {}))
            quiet.push_back(std::move(waiter));
        each->take_all_waiters(quiet);
    }
    for (const auto& waiter : quiet)
        waiter();
}

void emulator::reset(const account_ptr& of) {
    std::vector<std::function<void()>> quiet;
    {
        const std::lock_guard lock{of->mutex};
        of->clock = first_clock();
        of->world = new_world(of->key, of->clock.now(std::chrono::steady_clock::now()));
        of->has_own_scenario = false;
        ++of->epoch;
        of->outstanding = 0;
        of->watched_by = nullptr;
        of->armed.clear();
        quiet = std::exchange(of->when_quiet, {});
        of->take_all_waiters(quiet);
        events_.publish(of->key, "reset", reset_event(of->key));
    }
    for (const auto& waiter : quiet)
        waiter();
    waiters_.reset(control::scope::of(of->key));
}

void emulator::end_past(std::function<void()> done) {
    const auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
    const auto shared = std::make_shared<std::function<void()>>(std::move(done));
    for (auto* each : workers_) {
        each->end_past([left, shared] {
            if (--*left == 0) (*shared)();
        });
    }
}

}  // namespace nexo_mock::runtime
