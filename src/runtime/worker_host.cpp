#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/runtime/advance_of_many.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/ports.hpp>

#include <algorithm>

namespace nexo_mock::runtime {

namespace {

real_time real_now() {
    return std::chrono::steady_clock::now();
}

void add(domain::world_counts& sum, const domain::world_counts& each) {
    sum.accepted += each.accepted;
    sum.refused += each.refused;
    sum.lost += each.lost;
    sum.delivered += each.delivered;
    sum.failed += each.failed;
    sum.evicted += each.evicted;
}

void add(domain::webhook_totals& sum, const domain::webhook_totals& each) {
    sum.events += each.events;
    sum.acknowledged += each.acknowledged;
    sum.given_up += each.given_up;
    sum.attempts += each.attempts;
    sum.in_flight += each.in_flight;
}

account_moment moment_of(const account_ptr& of) {
    const std::lock_guard lock{of->mutex};
    return {of, of->epoch, of->clock.now(real_now())};
}

std::string scope_for_log(const control::scope& which) {
    return which.is_all() ? "all" : domain::masked_key(which.key());
}

void apply(const control::clock_change& change, sim_clock& to) {
    if (change.setting) to.change(*change.setting, real_now());
    if (change.now) to.jump_to(*change.now, real_now());
}

}  // namespace

worker_host::worker_host(emulator& of, effect_sink& worker)
    : emulator_{of}, worker_{worker}, started_{real_now()} {}

std::vector<account_ptr> worker_host::accounts_in(const control::scope& which) {
    if (which.is_all()) return emulator_.accounts();
    auto why_not = api::admission::granted;
    auto found = emulator_.open(which.key(), why_not);
    if (!found) return {};
    return {std::move(found)};
}

api::admission worker_host::open(const control::scope& which) {
    auto why_not = api::admission::granted;
    const auto found = emulator_.open(which.key(), why_not);
    return found ? api::admission::granted : why_not;
}

void worker_host::visit(const control::scope& which, control::account_use use) {
    const auto on_account = [&](account& of, domain::time_point now) {
        use({of.world, now, of.number, of.clock.setting(), of.has_own_scenario});
    };
    for (;;) {
        bool is_done = true;
        for (const auto& each : accounts_in(which))
            is_done = emulator_.with(each, worker_, on_account) || which.is_all();
        if (is_done) return;  // else a reset took the account away: there is a new one
    }
}

void worker_host::visit_strangers(api::function_ref<void(const domain::call_journal&)> use) {
    emulator_.visit_strangers(use);
}

std::shared_ptr<api::reply_stream> worker_host::events(const control::scope& which,
                                                       std::optional<std::uint64_t> seen) {
    return emulator_.events().follow(which, seen);
}

// What was refused before it came to the account is its call all the same, if there is one.
account_moment worker_accounts::end() {
    const auto call = *std::exchange(call_, std::nullopt);
    if (!visited_.of) {
        visited_ = emulator_.moment_of(api::bearer_token(call.in.authorization));
        emulator_.record(visited_, call.in, call.out);
    }
    return std::exchange(visited_, {});
}

control::health_view worker_host::health() {
    control::health_view view;
    view.scenario = emulator_.scenario()->name;
    view.clock = codec::format_clock(emulator_.base_clock().setting());
    view.seed = emulator_.seed();
    view.uptime = std::chrono::duration_cast<std::chrono::seconds>(real_now() - started_);
    view.accounts = emulator_.account_count();
    visit(control::scope::all(), [&](const control::visited_account& each) {
        add(view.deliveries, each.world.counts());
        add(view.webhooks, each.world.webhook_counts());
    });
    return view;
}

control::clock_view worker_host::clock(const control::scope& which) {
    const auto base = emulator_.base_clock();
    control::clock_view view{base.setting(), base.now(real_now()), std::nullopt};
    for (const auto& each : accounts_in(which)) {
        emulator_.with(each, worker_, [&](account& of, domain::time_point now) {
            if (!which.is_all()) {
                view.setting = of.clock.setting();
                view.now = now;
            }
            const auto next = of.world.next_due();
            if (next && (!view.next_due || *next < *view.next_due)) view.next_due = next;
        });
    }
    return view;
}

std::optional<std::string> worker_host::change_clock(const control::scope& which,
                                                     const control::clock_change& change) {
    if (change.now) {
        auto newest =
            which.is_all() ? emulator_.base_clock().now(real_now()) : domain::time_point{};
        for (const auto& each : accounts_in(which)) {
            const std::lock_guard lock{each->mutex};
            newest = std::max(newest, each->clock.now(real_now()));
        }
        if (*change.now < newest) {
            return "time does not go back: it is " + codec::format_millis(newest) +
                   " already; POST /_mock/reset begins anew";
        }
    }
    // The base first: accounts that appear from now on have it, those before are in the list.
    if (which.is_all()) emulator_.change_base_clock([&](sim_clock& base) { apply(change, base); });
    for (const auto& each : accounts_in(which)) {
        emulator_.with(each, worker_, [&](account& of, domain::time_point) {
            apply(change, of.clock);
            of.armed.clear();  // the real time of what is due is another now
        });
    }
    log(log_level::info, "clock changed",
        {{"account", scope_for_log(which)},
         {"mode", change.setting ? codec::format_clock(*change.setting) : std::string{}},
         {"now", change.now ? codec::format_millis(*change.now) : std::string{}}});
    publish_clock(which);
    return std::nullopt;
}

void worker_host::publish_clock(const control::scope& which) {
    if (!emulator_.events().is_on()) return;
    const auto view = clock(which);
    std::string event;
    codec::json_writer{event}
        .begin_object()
        .member_or_null("account", which.is_all() ? std::string{} : domain::masked_key(which.key()))
        .member("mode", codec::format_clock(view.setting))
        .member("now", codec::format_millis(view.now))
        .end_object();
    emulator_.events().publish(which.is_all() ? std::string_view{} : which.key(), "clock", event);
}

void worker_host::advance(const control::scope& which, const control::advance_goal& goal,
                          std::function<void(control::advance_report)> done) {
    control::advance_report refused;
    refused.clock_is_manual = false;
    const bool base_is_manual = emulator_.base_clock().setting().mode == codec::clock_mode::manual;
    auto accounts = accounts_in(which);
    if (which.is_all() && !base_is_manual) return done(std::move(refused));

    const bool moves_base = which.is_all();
    const auto generation = emulator_.base_clock_generation();
    account_moment began;
    if (!which.is_all() && !accounts.empty()) began = moment_of(accounts.front());
    const auto finish = [this, which, moves_base, generation, began,
                         done](control::advance_report report) {
        // Accounts to come begin no earlier than those that are, unless a reset came in between.
        const bool is_past = moves_base ? !emulator_.jump_base_clock(report.now, generation)
                                        : emulator::is_past(began);
        if (!is_past) publish_clock(which);
        done(std::move(report));
    };
    const auto run =
        std::make_shared<advance_of_many>(emulator_, worker_, std::move(accounts), goal, finish);
    if (!run->prepare()) return done(std::move(refused));
    if (moves_base) {
        const auto base = emulator_.base_clock().now(real_now());
        run->see(domain::after(base, run->length().value_or(domain::duration{})));
    }
    run->go_on();
}

void worker_host::reset(const control::scope& which, std::function<void()> done) {
    if (which.is_all()) {
        emulator_.reset();
    } else {
        for (const auto& each : accounts_in(which))
            emulator_.reset(each);
    }
    log(log_level::info, "reset", {{"account", scope_for_log(which)}});
    emulator_.end_past(std::move(done));
}

void worker_host::resume(const codec::emulator_state& from, std::function<void()> done) {
    emulator_.resume(from, worker_);
    log(log_level::info, "state imported",
        {{"accounts", std::to_string(from.accounts.size())}, {"made_by", from.made_by}});
    emulator_.end_past(std::move(done));
}

domain::scenario_ptr worker_host::scenario(const control::scope& which) {
    const auto found = which.is_all() ? std::vector<account_ptr>{} : accounts_in(which);
    return found.empty() ? emulator_.scenario() : emulator_.scenario_of(found.front());
}

void worker_host::replace_scenario(const control::scope& which, domain::scenario_ptr changed) {
    const auto& target = emulator_.settings().webhook_target;
    if (!changed->webhook.target && target) {
        auto with_target = *changed;
        with_target.webhook.target = target;
        changed = std::make_shared<const domain::scenario>(std::move(with_target));
    }
    log(log_level::info, "scenario replaced",
        {{"account", scope_for_log(which)}, {"scenario", changed->name}});
    if (which.is_all()) {
        return emulator_.replace_scenario(std::move(changed), emulator::own_scenarios::end);
    }
    for (const auto& each : accounts_in(which))
        emulator_.replace_scenario(each, changed);
}

void worker_host::restore_scenario(const control::scope& which) {
    log(log_level::info, "scenario restored", {{"account", scope_for_log(which)}});
    if (which.is_all()) return emulator_.restore_scenario();
    for (const auto& each : accounts_in(which))
        emulator_.restore_scenario(each);
}

void worker_host::put_rule(const control::scope& which, const domain::rule& first) {
    log(log_level::info, "rule put in front",
        {{"account", scope_for_log(which)}, {"rule", first.name}});
    if (which.is_all()) return emulator_.put_rule(first);
    for (const auto& each : accounts_in(which))
        emulator_.put_rule(each, first);
}

}  // namespace nexo_mock::runtime
