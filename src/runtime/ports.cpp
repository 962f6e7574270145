#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/runtime/advance_run.hpp>
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

std::string scope_for_log(const control::scope& which) {
    return which ? domain::masked_key(*which) : "all";
}

void apply(const control::clock_change& change, sim_clock& to) {
    if (change.setting) to.change(*change.setting, real_now());
    if (change.now) to.jump_to(*change.now, real_now());
}

/// The accounts of one advance, one after another.
class advance_of_many : public std::enable_shared_from_this<advance_of_many> {
 public:
    using callback = std::function<void(control::advance_report)>;

    advance_of_many(emulator& of, effect_sink& worker, std::vector<account_ptr> accounts,
                    control::advance_goal goal, callback done)
        : emulator_{of},
          worker_{worker},
          accounts_{std::move(accounts)},
          goal_{goal},
          done_{std::move(done)} {}

    /// False if one of the clocks is not manual.
    bool prepare() {
        auto shortest = domain::duration::max();
        for (const auto& each : accounts_) {
            const std::lock_guard lock{each->mutex};
            if (each->clock.setting().mode != codec::clock_mode::manual) return false;
            const auto now = each->clock.now({});
            report_.now = std::max(report_.now, now);
            targets_.push_back({each, each->epoch, std::nullopt});
            if (const auto next = each->world.next_due())
                shortest = std::min(shortest, *next - now);
        }
        using kind = control::advance_goal::kind;
        if (goal_.until == kind::by) length_ = goal_.length;
        if (goal_.until == kind::next) {
            length_ = shortest == domain::duration::max() ? domain::duration{} : shortest;
        }
        for (auto& each : targets_)
            each.length = length_;
        return true;
    }

    /// How far every clock goes; none if each goes as far as it has something to do.
    std::optional<domain::duration> length() const { return length_; }

    void go_on() {
        if (next_ == targets_.size()) return finish();
        advance_account(
            emulator_, worker_, std::move(targets_[next_++]), report_,
            [self = shared_from_this()] { self->worker_.run_soon([self] { self->go_on(); }); });
    }

    void see(domain::time_point now) { report_.now = std::max(report_.now, now); }

 private:
    void finish() {
        std::ranges::sort(report_.fired, {}, [](const control::fired_event& each) {
            return std::pair{each.at, each.order};
        });
        done_(std::move(report_));
    }

    emulator& emulator_;
    effect_sink& worker_;
    std::vector<account_ptr> accounts_;
    control::advance_goal goal_;
    callback done_;
    std::vector<advance_target> targets_;
    std::optional<domain::duration> length_;
    std::size_t next_ = 0;
    control::advance_report report_;
};

}  // namespace

worker_host::worker_host(emulator& of, effect_sink& worker)
    : emulator_{of}, worker_{worker}, started_{real_now()} {}

std::vector<account_ptr> worker_host::accounts_in(const control::scope& which) {
    if (!which) return emulator_.accounts();
    auto why_not = api::admission::granted;
    auto found = emulator_.open(*which, why_not);
    if (!found) return {};
    return {std::move(found)};
}

api::admission worker_host::visit(const control::scope& which, api::world_use use) {
    if (which) return emulator_.visit(*which, worker_, use);
    const auto on_account = [&](account& of, domain::time_point now) { use(of.world, now); };
    for (const auto& each : emulator_.accounts())
        emulator_.with(each, worker_, on_account);
    return api::admission::granted;
}

control::health_view worker_host::health() {
    control::health_view view;
    view.scenario = emulator_.scenario()->name;
    view.clock = codec::format_clock(emulator_.base_clock().setting());
    view.seed = emulator_.settings().seed;
    view.uptime = std::chrono::duration_cast<std::chrono::seconds>(real_now() - started_);
    view.accounts = emulator_.account_count();
    visit(std::nullopt, [&](domain::world& world, domain::time_point) {
        add(view.deliveries, world.counts());
        add(view.webhooks, world.webhook_counts());
    });
    return view;
}

control::clock_view worker_host::clock(const control::scope& which) {
    const auto base = emulator_.base_clock();
    control::clock_view view{base.setting(), base.now(real_now()), std::nullopt};
    for (const auto& each : accounts_in(which)) {
        emulator_.with(each, worker_, [&](account& of, domain::time_point now) {
            if (which) {
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
        auto newest = which ? domain::time_point{} : emulator_.base_clock().now(real_now());
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
    if (!which) emulator_.change_base_clock([&](sim_clock& base) { apply(change, base); });
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
    return std::nullopt;
}

void worker_host::advance(const control::scope& which, const control::advance_goal& goal,
                          std::function<void(control::advance_report)> done) {
    control::advance_report refused;
    refused.clock_is_manual = false;
    const bool base_is_manual = emulator_.base_clock().setting().mode == codec::clock_mode::manual;
    auto accounts = accounts_in(which);
    if (!which && !base_is_manual) return done(std::move(refused));

    const bool moves_base = !which;
    const auto generation = emulator_.base_clock_generation();
    const auto finish = [this, moves_base, generation, done](control::advance_report report) {
        // Accounts to come begin no earlier than those that are, unless a reset came in between.
        if (moves_base) emulator_.jump_base_clock(report.now, generation);
        done(std::move(report));
    };
    const auto run =
        std::make_shared<advance_of_many>(emulator_, worker_, std::move(accounts), goal, finish);
    if (!run->prepare()) return done(std::move(refused));
    if (!which) {
        const auto base = emulator_.base_clock().now(real_now());
        run->see(domain::after(base, run->length().value_or(domain::duration{})));
    }
    run->go_on();
}

void worker_host::reset(const control::scope& which) {
    if (which) {
        for (const auto& each : accounts_in(which)) {
            emulator_.reset(each);
        }
    } else {
        emulator_.reset();
    }
    log(log_level::info, "reset", {{"account", scope_for_log(which)}});
}

}  // namespace nexo_mock::runtime
