#pragma once

#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace support {

using nexo_mock::domain::delivery_status;
using nexo_mock::domain::duration;
using nexo_mock::domain::money;

/// What happens to one delivery in a fresh world, written down and then checked:
///
///     timeline().at(0s, sent).at(5s, failed).refund(22000_micros).check(scenario_text);
///
/// check() sends one OTP at 0s and compares. It then does so again for every way, or many random
/// ones, of stopping on the way at the moments where something happens and just beside them: the
/// effects, their times and what is left in the end must be the same each time.
class timeline {
 public:
    /// From that moment on the delivery has this status; just before, it had the one written
    /// before.
    timeline& at(duration after, delivery_status status) {
        statuses_.push_back({after, status});
        return *this;
    }
    /// In the end this much was paid, and nothing is held any more.
    timeline& charge(money amount) {
        charged_ = amount;
        return *this;
    }
    /// In the end this much was drawn and given back, and nothing is held any more.
    timeline& refund(money amount) {
        refunded_ = amount;
        return *this;
    }
    /// In the end this much is still held.
    timeline& hold(money amount) {
        held_ = amount;
        return *this;
    }
    /// A webhook attempt at that moment, answered with that HTTP status; 0: nobody answers.
    timeline& webhook(duration after, int answer) {
        webhooks_.push_back({after, answer});
        return *this;
    }

    void check(std::string_view scenario_text) const {
        const auto scenario = scenario_of(scenario_text);
        const auto expected = run(scenario, {});
        check_statuses(scenario);
        check_webhooks(expected);
        check_wallet(expected);
        check_splits(scenario, expected);
    }

 private:
    /// Long enough for a course, a ladder of retries and then some.
    static constexpr duration end = 24h;

    struct status_from {
        duration after;
        delivery_status status;
    };
    struct attempt_at {
        duration after;
        int answer;
        friend bool operator==(const attempt_at&, const attempt_at&) = default;
    };
    struct happening {
        duration after;
        std::string what;
        friend bool operator==(const happening&, const happening&) = default;
    };
    /// Everything that can be seen of a run.
    struct result {
        std::vector<happening> happenings;
        std::vector<attempt_at> attempts;
        money cost;
        money total;
        money held;
        money charged;
        money drawn;
        std::string delivery;
        friend bool operator==(const result&, const result&) = default;
    };

    /// A world in which the OTP was sent, and whose webhooks are answered as written.
    struct rig {
        nexo_mock::domain::world world;
        const std::vector<attempt_at>& answers;
        result seen{};

        rig(const nexo_mock::domain::scenario_ptr& scenario, const std::vector<attempt_at>& replies)
            : world{world_of(scenario)}, answers{replies} {
            REQUIRE(world.send_otp({some_phone, some_code, 1}, begin).has_value());
        }

        void run_to(duration after) {
            nexo_mock::domain::effects out;
            while (world.advance_one(begin + after, out)) {
                for (const auto& each : out)
                    std::visit([&](const auto& e) { note(e); }, each);
                out.clear();
            }
        }
        void note(const nexo_mock::domain::delivery_changed& change) {
            const auto status = std::string{name(change.status)};
            seen.happenings.push_back({change.at - begin, "becomes " + status});
        }
        void note(const nexo_mock::domain::webhook_due& due) {
            const auto index = seen.attempts.size();
            const int answer = index < answers.size() ? answers[index].answer : 0;
            const auto* record = world.begin_attempt(due.attempt);
            REQUIRE(record != nullptr);
            const auto status = std::string{name(record->event.outcome.status)};
            seen.attempts.push_back({due.at - begin, answer});
            seen.happenings.push_back({due.at - begin, "tells " + status + ", attempt " +
                                                           std::to_string(due.attempt.number)});
            const std::string error = answer == 0 ? "connection refused" : "";
            world.finish_attempt(due.attempt, {answer, error, "", {}}, due.at);
        }
    };

    result run(const nexo_mock::domain::scenario_ptr& scenario,
               const std::vector<duration>& stops) const {
        rig of{scenario, webhooks_};
        for (const auto stop : stops)
            of.run_to(stop);
        of.run_to(end);
        const auto view = of.world.view(0);
        REQUIRE(view.has_value());
        auto& seen = of.seen;
        seen.cost = view->cost;
        seen.drawn = view->drawn.total();
        seen.total = of.world.wallet().total();
        seen.held = of.world.wallet().held();
        seen.charged = of.world.wallet().charged();
        seen.delivery = view->id.text() + ' ' + std::string{name(view->outcome.status)} + ' ' +
                        view->outcome.error_code + ' ' + view->outcome.carrier_status + ' ' +
                        std::to_string((view->completed - begin).count());
        CHECK(of.world.wallet().deposited() == seen.total + seen.held + seen.charged);
        return seen;
    }

    void check_statuses(const nexo_mock::domain::scenario_ptr& scenario) const {
        rig of{scenario, webhooks_};
        auto before = delivery_status::sent;
        for (const auto& [after, status] : statuses_) {
            CAPTURE(after.count());
            if (after > duration{}) {
                of.run_to(after - duration{1});
                CHECK(name(of.world.view(0)->outcome.status) == name(before));
            }
            of.run_to(after);
            CHECK(name(of.world.view(0)->outcome.status) == name(status));
            before = status;
        }
        if (statuses_.empty()) return;
        of.run_to(end);
        CHECK(name(of.world.view(0)->outcome.status) == name(before));
    }

    void check_webhooks(const result& expected) const {
        REQUIRE(expected.attempts.size() == webhooks_.size());
        for (std::size_t i = 0; i < webhooks_.size(); ++i) {
            CAPTURE(i);
            CHECK(expected.attempts[i].after.count() == webhooks_[i].after.count());
        }
    }

    void check_wallet(const result& expected) const {
        const auto held = held_.value_or(money{});
        CHECK(expected.held.micros() == held.micros());
        if (charged_) {
            CHECK(expected.charged.micros() == charged_->micros());
            CHECK(expected.cost.micros() == charged_->micros());
        }
        if (refunded_) {
            CHECK(expected.drawn.micros() == refunded_->micros());
            CHECK(expected.charged.is_zero());
            CHECK(expected.cost.is_zero());
        }
    }

    void check_splits(const nexo_mock::domain::scenario_ptr& scenario,
                      const result& expected) const {
        std::vector<duration> moments;
        for (const auto& each : expected.happenings) {
            for (const auto beside : {-1, 0, 1})
                moments.push_back(each.after + duration{beside});
        }
        for (const auto& each : statuses_)
            moments.push_back(each.after);
        moments.push_back(1s);
        std::ranges::sort(moments);
        moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
        std::erase_if(moments, [](duration moment) { return moment < duration{}; });

        constexpr std::size_t most_moments = 9;
        const bool all = moments.size() <= most_moments;
        const std::size_t ways = std::size_t{1} << (all ? moments.size() : most_moments);
        nexo_mock::domain::random_stream random{2026};
        for (std::size_t way = 0; way < ways; ++way) {
            std::vector<duration> stops;
            for (std::size_t i = 0; i < moments.size(); ++i) {
                const bool stop = all ? (way >> i & 1) != 0 : random.uniform() < 0.5;
                if (stop) stops.push_back(moments[i]);
            }
            if (run(scenario, stops) == expected) continue;
            CAPTURE(way);
            FAIL_CHECK("another way of splitting time gave another result");
        }
    }

    std::vector<status_from> statuses_;
    std::vector<attempt_at> webhooks_;
    std::optional<money> charged_;
    std::optional<money> refunded_;
    std::optional<money> held_;
};

}  // namespace support
