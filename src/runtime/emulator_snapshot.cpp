#include <nexo_mock/codec/state_writer.hpp>
#include <nexo_mock/runtime/emulator.hpp>
#include <nexo_mock/version.hpp>

#include <algorithm>
#include <map>
#include <utility>

// The whole state, out and in.

namespace nexo_mock::runtime {

namespace {

real_time real_now() {
    return std::chrono::steady_clock::now();
}

/// Numbers the scenarios that accounts are under; the one of all is the first.
class scenario_list {
 public:
    explicit scenario_list(domain::scenario_ptr of_all) { place_of(std::move(of_all)); }

    std::size_t place_of(domain::scenario_ptr of) {
        const auto [found, is_new] = places_.try_emplace(of, all_.size());
        if (is_new) all_.push_back(std::move(of));
        return found->second;
    }
    std::vector<domain::scenario_ptr> all() && { return std::move(all_); }

 private:
    std::map<domain::scenario_ptr, std::size_t> places_;
    std::vector<domain::scenario_ptr> all_;
};

/// A clock that goes on where another was, which ran on meanwhile if it was one that runs.
sim_clock resumed(const codec::clock_state& from, domain::duration meanwhile) {
    auto now = from.now;
    const auto& setting = from.setting;
    if (setting.mode == codec::clock_mode::scaled) {
        const std::chrono::duration<double, std::micro> passed = meanwhile * setting.factor;
        const std::chrono::duration<double, std::micro> left = domain::latest - now;
        now = passed >= left ? domain::latest
                             : now + std::chrono::duration_cast<domain::duration>(passed);
    } else if (setting.mode != codec::clock_mode::manual) {
        now = domain::after(now, meanwhile);
    }
    return {setting, now, real_now()};
}

}  // namespace

codec::emulator_state emulator::state() const {
    codec::emulator_state taken;
    taken.made_by = version;
    taken.exported_at = wall_time();
    taken.seed = seed();
    const auto base = base_clock();
    taken.clock = {base.setting(), base.now(real_now())};
    scenario_list scenarios{scenario()};
    for (const auto& each : registry_.all()) {
        const std::lock_guard lock{each->mutex};
        if (each->is_retired) continue;
        taken.accounts.push_back({each->key,
                                  each->number,
                                  {each->clock.setting(), each->clock.now(real_now())},
                                  scenarios.place_of(each->world.rules().rules()),
                                  each->has_own_scenario,
                                  each->world.snapshot()});
    }
    taken.scenarios = std::move(scenarios).all();
    // Last: what was taken has smaller numbers.
    const auto next = numbers();
    taken.next_delivery_seq = next.delivery;
    taken.next_request_seq = next.call;
    taken.next_attempt_seq = next.attempt;
    return taken;
}

std::vector<account_ptr> emulator::restored_accounts(const codec::emulator_state& from) const {
    const auto meanwhile = std::max(wall_time() - from.exported_at, domain::duration{});
    std::vector<account_ptr> made;
    for (const auto& each : from.accounts) {
        const auto clock = resumed(each.clock, meanwhile);
        auto world = domain::world::restored(each.key, from.scenarios[each.scenario], from.seed,
                                             each.world, settings_.world);
        auto& added = made.emplace_back(
            std::make_shared<account>(each.key, each.number, clock, std::move(world)));
        added->has_own_scenario = each.own_scenario;
    }
    return made;
}

// All of it is made before anything is replaced: what fails then, fails with nothing changed.
void emulator::resume(const codec::emulator_state& from, effect_sink& to) {
    const auto meanwhile = std::max(wall_time() - from.exported_at, domain::duration{});
    auto made = restored_accounts(from);
    reset();
    {
        const std::lock_guard one_at_a_time{replacing_};
        const std::lock_guard lock{scenario_mutex_};
        scenario_ = from.scenarios.front();
    }
    seed_ = from.seed;
    change_base_clock([&](sim_clock& base) { base = resumed(from.clock, meanwhile); });
    // Numbers that were given meanwhile are not given again.
    const auto raise = [](std::atomic<std::uint64_t>& number, std::uint64_t least) {
        auto now = number.load();
        while (now < least && !number.compare_exchange_weak(now, least)) {
        }
    };
    raise(next_seq_, from.next_delivery_seq);
    raise(next_call_, from.next_request_seq);
    raise(next_attempt_, from.next_attempt_seq);
    retire(registry_.put(made));
    for (const auto& each : made)
        with(each, to, [](account&, domain::time_point) {});
}

}  // namespace nexo_mock::runtime
