#pragma once

#include <nexo_mock/domain/world_snapshot.hpp>
#include <support/account_model.hpp>
#include <support/model_scenarios.hpp>
#include <support/scenarios.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace support {

namespace domain = nexo_mock::domain;

/// The same operations on a domain::world and on the model of an account, and a look at both after
/// each: what differs is thrown as a std::runtime_error that tells all that was done before. Which
/// operations these are is up to `pick`, which answers a number below the one it is given.
class model_check {
 public:
    explicit model_check(model::picker pick)
        : pick_{std::move(pick)},
          limits_{
              .most_deliveries = 1 + pick_(12), .most_pending = 1 + pick_(40), .most_attempts = 20},
          rules_{model::some_scenario(pick_, limits_)},
          model_{rules_.model, opening()} {
        const auto amounts = model_.amounts();
        world_.emplace(account_with(amounts), rules_.scenario(), seed, begin, limits());
        compare();
    }

    void step() {
        switch (pick_(20)) {
            case 0: look(); break;
            case 1:
            case 2:
            case 3:
            case 4: advance(); break;
            case 5:
            case 6:
            case 7:
            case 8: answer(); break;
            case 9: complete(); break;
            case 10: send_again(); break;
            case 11: change_wallet(); break;
            case 12: change_target(); break;
            case 13: adopt(); break;
            case 14: move(); break;
            default: send();
        }
        compare();
    }

    const model::counts& counts() const { return model_.counts(); }
    const domain::webhook_totals& webhooks() const { return world_->webhook_counts(); }

 private:
    static constexpr std::uint64_t seed = 7;

    domain::world_limits limits() const {
        return {.max_deliveries = limits_.most_deliveries,
                .max_pending = limits_.most_pending,
                .journal = {.entries = limits_.most_attempts}};
    }
    model::purse opening() {
        model::purse amounts{};
        for (auto& each : amounts)
            each = static_cast<std::int64_t>(pick_(20)) * 10'000;
        return amounts;
    }
    domain::account_settings account_with(const model::purse& amounts) const {
        auto account = rules_.scenario()->settings_for(some_key);
        for (std::size_t i = 0; i < amounts.size(); ++i)
            account.opening[domain::all_buckets[i]] = domain::money::from_micros(amounts[i]);
        return account;
    }

    // --- the operations

    void send() {
        const auto& of = model::fates()[pick_(model::fates().size())];
        const bool code_is_good = pick_(12) != 0;
        did("send to " + std::string{of.phone});
        const auto expected = model_.send(of, code_is_good, now_);
        const auto reply =
            world_->send_otp({of.phone, code_is_good ? "482915" : "12", ++seq_}, at(now_));
        std::string answer;
        if (!reply) answer = reply.error().is_lost() ? "lost" : name(reply.error().error);
        same("the answer", answer, expected);
        if (!reply) return;
        same("the ordinal", reply->ordinal, model_.counts().accepted - 1);
        same("the balance told", reply->balance.micros(), model_.total());
    }

    void look() {
        const auto ordinal = some_delivery();
        did("look at " + std::to_string(ordinal));
        const bool is_there = model_.deliveries().contains(ordinal);
        const auto found = world_->delivery(world_->id_of(ordinal).text(), at(now_));
        same("that it is there", found.has_value(), is_there);
        if (!is_there) ++refused_looks_;
    }

    void advance() {
        now_ += static_cast<model::micros>(pick_(25)) * model::second;
        did("advance to " + std::to_string(now_));
        const auto expected = model_.advance(now_);
        domain::effects out;
        world_->advance(at(now_), out);
        std::vector<std::string> happened;
        for (const auto& each : out)
            happened.push_back(std::visit([this](const auto& what) { return see(what); }, each));
        same("how many things happened", happened.size(), expected.size());
        for (std::size_t i = 0; i < happened.size(); ++i)
            same("what happened", happened[i], expected[i]);
    }
    static std::string where(std::uint64_t delivery, domain::time_point when) {
        return std::to_string(delivery) + " at " + std::to_string((when - begin).count());
    }
    std::string see(const domain::delivery_changed& change) {
        return "status " + std::to_string(static_cast<int>(change.status)) + " of " +
               where(change.delivery, change.at);
    }
    std::string see(const domain::webhook_due& due) {
        const auto& [delivery, event, number] = due.attempt;
        due_.push_back(due.attempt);
        return "webhook " + std::to_string(event) + '/' + std::to_string(number) + " of " +
               where(delivery, due.at);
    }

    /// One of the attempts that are due or on their way begins, or ends.
    void answer() {
        if (due_.empty()) return;
        const auto place = pick_(due_.size());
        const auto which = due_[place];
        const model::attempt same_one{which.delivery, which.event, which.number};
        const auto text = std::to_string(which.delivery) + '/' + std::to_string(which.event) + '/' +
                          std::to_string(which.number);
        const auto how = pick_(3);  // it begins, ends, or both
        if (how != 1) {
            did("begin " + text);
            same("that it is wanted", world_->begin_attempt(which) != nullptr,
                 model_.begin(same_one));
        }
        if (how == 0) return;
        const auto status = some_status();
        did("finish " + text + " with " + std::to_string(status));
        const bool was_on_its_way = model_.finish(same_one, status, now_);
        const auto seq = was_on_its_way ? ++attempt_seq_ : 0;
        same("that it was on its way",
             world_->finish_attempt(which, {status, "", "", {}}, at(now_), seq).has_value(),
             was_on_its_way);
        if (was_on_its_way) due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(place));
    }
    int some_status() {
        constexpr std::array statuses{200, 204, 500, 0, 410, 302};
        return statuses[pick_(statuses.size())];
    }

    void complete() {
        const auto ordinal = some_delivery();
        const bool fails = pick_(2) == 0;
        did("complete " + std::to_string(ordinal) + (fails ? " as failed" : " as delivered"));
        const domain::delivery_outcome outcome =
            fails ? domain::delivery_outcome{domain::delivery_status::failed, "busy", "by hand"}
                  : domain::delivery_outcome{domain::delivery_status::delivered, "", "by hand"};
        const auto becomes = fails ? model::status::failed : model::status::delivered;
        same("that it could be ended", world_->complete(ordinal, outcome, at(now_)),
             model_.complete(ordinal, becomes, now_));
    }

    void send_again() {
        const auto status = some_status();
        if (pick_(5) == 0) {
            did("ping");
            const auto made = world_->ping(at(now_));
            same("that there is a target", made.has_value(), model_.has_target());
            if (!made) return;
            model_.ping();
            world_->finish_extra(*made, {status, "", "", {}}, at(now_), ++attempt_seq_);
            return;
        }
        const auto nth = pick_(attempt_seq_ + 2);
        did("send attempt " + std::to_string(nth) + " again, with " + std::to_string(status));
        const auto expected = model_.journal(nth);
        const auto again = world_->redelivery_of(nth, at(now_));
        same("that the journal knows it", again.has_value(), expected.has_value());
        if (!again) return;
        model_.send_again(*expected, status, now_);
        world_->finish_extra(*again, {status, "", "", {}}, at(now_), ++attempt_seq_);
    }

    void change_wallet() {
        const auto bucket = pick_(3);
        const auto amount = static_cast<std::int64_t>(pick_(40)) * 10'000;
        const bool adds = pick_(2) == 0;
        did((adds ? "deposit " : "set ") + std::to_string(amount) + " of bucket " +
            std::to_string(bucket));
        const auto value = domain::money::from_micros(amount);
        if (adds) {
            model_.deposit(bucket, amount);
            world_->deposit(domain::all_buckets[bucket], value);
        } else {
            model_.set_bucket(bucket, amount);
            world_->set_bucket(domain::all_buckets[bucket], value);
        }
    }

    void change_target() {
        const bool has_target = pick_(2) == 0;
        did(has_target ? "set a target" : "take the target away");
        model_.set_target(has_target);
        domain::webhook_target_ptr target;
        if (has_target) {
            target = std::make_shared<const domain::webhook_target>(
                domain::webhook_target{"http://by.hand/", "s"});
        }
        world_->change_account({std::optional{target}, {}, {}});
    }

    void adopt() {
        rules_ = model::some_scenario(pick_, limits_);
        did("adopt " + rules_.api + ", " + rules_.webhook);
        model_.adopt(rules_.model);
        world_->adopt(rules_.scenario());
    }

    void move() {
        did("move");
        model_.move();
        const auto taken = world_->snapshot();
        world_.emplace(
            domain::world::restored(some_key, world_->rules().rules(), seed, taken, limits()));
        if (world_->snapshot() != taken) fail("the snapshot of what was restored is another one");
        due_.clear();
    }

    std::uint64_t some_delivery() { return pick_(model_.counts().accepted + 1); }
    static domain::time_point at(model::micros when) { return begin + domain::duration{when}; }

    // --- the comparison

    void compare() const {
        const auto& wallet = world_->wallet();
        for (std::size_t i = 0; i < 3; ++i)
            same(name(domain::all_buckets[i]), wallet.amounts()[domain::all_buckets[i]].micros(),
                 model_.amounts()[i]);
        same("held", wallet.held().micros(), model_.held());
        same("charged", wallet.charged().micros(), model_.charged());
        same("deposited", wallet.deposited().micros(), model_.deposited());
        const auto& counts = world_->counts();
        same("accepted", counts.accepted, model_.counts().accepted);
        same("refused", counts.refused, model_.counts().refused + refused_looks_);
        same("lost", counts.lost, model_.counts().lost);
        same("delivered", counts.delivered, model_.counts().delivered);
        same("failed", counts.failed, model_.counts().failed);
        same("evicted", counts.evicted, model_.counts().evicted);
        const auto due = world_->next_due();
        same("the next thing due", due ? (*due - begin).count() : -1,
             model_.next_due().value_or(-1));
        compare_deliveries();
    }

    void compare_deliveries() const {
        same("deliveries kept", world_->deliveries().size(), model_.deliveries().size());
        for (const auto& [ordinal, each] : model_.deliveries()) {
            const auto view = world_->view(ordinal);
            if (!view) fail("delivery " + std::to_string(ordinal) + " is not there");
            same("status", static_cast<int>(view->outcome.status), static_cast<int>(each.now));
            same("money", static_cast<int>(view->money_state), static_cast<int>(each.money));
            same("cost", view->cost.micros(), each.cost());
            same("created", (view->created - begin).count(), each.created);
            if (each.ended) same("completed", (view->completed - begin).count(), *each.ended);
            for (std::size_t i = 0; i < 3; ++i)
                same("drawn", view->drawn[domain::all_buckets[i]].micros(), each.drawn[i]);
            compare_webhooks(ordinal, each);
        }
        const auto& told = world_->webhook_counts();
        same("attempts", told.attempts, model_.attempts());
    }

    void compare_webhooks(std::uint64_t ordinal, const model::delivery& each) const {
        const auto* events = world_->webhooks_of(ordinal);
        same("webhooks", events == nullptr ? 0 : events->size(), each.webhooks.size());
        for (std::size_t i = 0; i < each.webhooks.size(); ++i) {
            const auto& told = (*events)[i];
            const auto& expected = each.webhooks[i];
            same("state of a webhook", static_cast<int>(told.state),
                 static_cast<int>(expected.state));
            same("attempts of a webhook", told.attempts.size(), expected.attempts.size());
            for (std::size_t nth = 0; nth < expected.attempts.size(); ++nth) {
                same("when an attempt is due", (told.attempts[nth].due - begin).count(),
                     expected.attempts[nth]);
                same("whether it has ended", told.attempts[nth].ended.has_value(),
                     nth < expected.ended);
            }
        }
    }

    void did(const std::string& what) { done_ += what + '\n'; }

    template <class Value, class Expected>
    void same(std::string_view what, const Value& of_world, const Expected& of_model) const {
        if constexpr (std::is_arithmetic_v<Value>) {
            if (std::cmp_equal(int_of(of_world), int_of(of_model))) return;
            fail(std::string{what} + " is " + std::to_string(of_world) + ", and by the model " +
                 std::to_string(of_model));
        } else {
            if (of_world == of_model) return;
            fail(std::string{what} + " is \"" + of_world + "\", and by the model \"" + of_model +
                 '"');
        }
    }
    static auto int_of(bool value) { return value ? 1 : 0; }
    template <class Integer>
    static Integer int_of(Integer value) {
        return value;
    }
    [[noreturn]] void fail(const std::string& how) const {
        throw std::runtime_error{how + ", after:\n" + done_};
    }

    model::picker pick_;
    model::settings limits_;  // nothing else counts of it
    model::both_languages rules_;
    model::account model_;
    std::optional<domain::world> world_;
    model::micros now_ = 0;
    std::uint64_t seq_ = 0;
    std::uint64_t attempt_seq_ = 0;
    std::uint64_t refused_looks_ = 0;
    std::vector<domain::attempt_ref> due_;  // told to be due, and not ended
    std::string done_;
};

}  // namespace support
