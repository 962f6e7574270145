#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What an account is, said once more and as plainly as can be: whole numbers, maps, and a look at
/// everything to find what is due next. It shares nothing with the domain, and is slow. Tests do
/// the same to it and to a domain::world, and compare (support/model_check.hpp).
namespace support::model {

using micros = std::int64_t;                ///< of a dollar; or of time, since the account began
using purse = std::array<std::int64_t, 3>;  ///< balance, bonus_credit, free_credit

inline constexpr micros second = 1'000'000;

enum class status : std::uint8_t { sent, delivered, failed };
enum class paid : std::uint8_t { held, charged, refunded };
enum class webhook_state : std::uint8_t { waiting, acknowledged, given_up };

/// What becomes of a send to one number.
struct fate {
    std::string_view phone;
    std::string_view refused;  ///< the error it is refused with; empty: it is accepted
    bool is_lost = false;      ///< by a fault, before it reached the API
    bool is_mobifone = false;  ///< which has a price of its own
    std::vector<std::pair<micros, status>> course;  ///< from the send on, in order
    std::size_t copies = 1;                         ///< of each webhook
    micros webhook_wait = 0;
};

/// What a scenario says, as far as the model knows it.
struct settings {
    micros price = 22'000;
    micros mobifone_price = 30'000;
    bool refunds = true;
    std::array<std::size_t, 3> spend_order{2, 1, 0};
    std::vector<micros> retries{};
    bool has_target = true;
    std::size_t most_deliveries = 100;
    std::size_t most_pending = 100;
    std::size_t most_attempts = 100;  ///< in the journal
};

struct webhook {
    micros not_before = 0;
    webhook_state state = webhook_state::waiting;
    std::vector<micros> attempts;  ///< when each was due
    std::size_t ended = 0;         ///< of those; at most one is not
    bool is_announced = false;     ///< the attempt that has not ended was said to be due
    bool is_on_its_way = false;
    bool is_acknowledged_by_hand = false;  ///< while it was on its way
};

struct coming {
    micros at = 0;
    std::size_t place = 0;  ///< in the course, which decides ties
    status becomes = status::sent;
};

struct delivery {
    micros created = 0;
    purse drawn{};
    bool refunds = true;
    status now = status::sent;
    paid money = paid::held;
    std::optional<micros> ended;  ///< the latest terminal status
    std::vector<coming> to_come;
    std::size_t copies = 1;
    micros webhook_wait = 0;
    std::vector<webhook> webhooks;

    std::int64_t price() const { return drawn[0] + drawn[1] + drawn[2]; }
    std::int64_t cost() const { return money == paid::refunded ? 0 : price(); }
    /// The first webhook that waits has its turn; as many as there are if none does.
    std::size_t turn() const {
        std::size_t place = 0;
        while (place < webhooks.size() && webhooks[place].state != webhook_state::waiting)
            ++place;
        return place;
    }
    bool is_over() const {
        return to_come.empty() && money != paid::held && turn() == webhooks.size();
    }
};

struct attempt {
    std::uint64_t delivery = 0;
    std::size_t event = 0;   ///< from 0
    std::size_t number = 0;  ///< from 1

    friend bool operator==(const attempt&, const attempt&) = default;
};

/// Something that happened, as a text: what is compared.
using happening = std::string;

struct counts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t lost = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    std::uint64_t evicted = 0;
};

class account {
 public:
    account(settings rules, purse opening) : rules_{std::move(rules)}, purse_{opening} {
        deposited_ = total();
    }

    /// "" if it was accepted, else why not.
    std::string send(const fate& of, bool code_is_good, micros now) {
        const auto refuse = [this](std::string_view why) {
            ++counts_.refused;
            return std::string{why};
        };
        if (of.refused == "invalid_phone") return refuse(of.refused);
        if (!code_is_good) return refuse("invalid_code");
        if (deliveries_.size() - over_.size() >= rules_.most_pending)
            return refuse("service_unavailable");
        if (of.is_lost) {
            ++counts_.lost;
            return "lost";
        }
        if (!of.refused.empty()) return refuse(of.refused);
        const auto price = of.is_mobifone ? rules_.mobifone_price : rules_.price;
        if (total() < price) return refuse("insufficient_balance");
        accept(of, price, now);
        return "";
    }

    /// When something happens next, if anything does.
    std::optional<micros> next_due() const {
        const auto next = earliest();
        return next ? std::optional{next->at} : std::nullopt;
    }

    /// All that happens up to `now`, in order.
    std::vector<happening> advance(micros now) {
        std::vector<happening> happened;
        for (auto next = earliest(); next && next->at <= now; next = earliest())
            happened.push_back(run(*next));
        return happened;
    }

    /// Whether the attempt is wanted.
    bool begin(const attempt& which) {
        auto* found = waiting(which);
        if (found == nullptr || found->is_on_its_way) return false;
        return found->is_on_its_way = true;
    }

    /// Whether it was on its way.
    bool finish(const attempt& which, int http_status, micros now) {
        auto* found = waiting(which);
        if (found == nullptr || !found->is_on_its_way) return false;
        remember(which);
        ++attempts_;
        ++found->ended;
        found->is_on_its_way = false;
        found->is_announced = false;
        const bool is_good = http_status / 100 == 2 || found->is_acknowledged_by_hand;
        const bool is_final = is_good || http_status == 410;
        if (!is_final && which.number <= rules_.retries.size()) {
            found->attempts.push_back(now + rules_.retries[which.number - 1]);
            return true;
        }
        found->state = is_good ? webhook_state::acknowledged : webhook_state::given_up;
        begin_turn(deliveries_.at(which.delivery), now);
        retire(which.delivery);
        return true;
    }

    /// What the n-th entry of the journal of attempts, from 1, was an attempt for; none if it is
    /// not there any more. A ping was one for no delivery.
    std::optional<std::optional<attempt>> journal(std::uint64_t nth) const {
        const bool is_kept =
            nth >= 1 && nth <= journal_.size() && journal_.size() - nth < rules_.most_attempts;
        if (!is_kept) return std::nullopt;
        return journal_[static_cast<std::size_t>(nth) - 1];
    }
    void ping() { remember(std::nullopt); }
    void send_again(const std::optional<attempt>& of, int http_status, micros now) {
        remember(of);
        const bool is_there = of && deliveries_.contains(of->delivery);
        if (!is_there || http_status / 100 != 2) return;
        auto& again = deliveries_.at(of->delivery);
        auto& told = again.webhooks[of->event];
        if (told.state == webhook_state::given_up) told.state = webhook_state::acknowledged;
        if (told.state != webhook_state::waiting || again.turn() != of->event) return;
        if (told.is_on_its_way) {
            told.is_acknowledged_by_hand = true;
            return;
        }
        told.attempts.resize(told.ended);
        told.state = webhook_state::acknowledged;
        begin_turn(again, now);
        retire(of->delivery);
    }

    /// Whether the delivery could still be ended by hand.
    bool complete(std::uint64_t ordinal, status becomes, micros now) {
        const auto found = deliveries_.find(ordinal);
        if (found == deliveries_.end() || found->second.money != paid::held) return false;
        found->second.to_come = {{now, 0xfffe, becomes}};
        return true;
    }

    void deposit(std::size_t bucket, std::int64_t amount) {
        purse_[bucket] += amount;
        deposited_ += amount;
    }
    void set_bucket(std::size_t bucket, std::int64_t amount) {
        deposit(bucket, amount - purse_[bucket]);
    }
    /// What was accepted keeps what it was accepted under.
    void adopt(const settings& changed) {
        const bool has_target = target_by_hand_.value_or(changed.has_target);
        rules_ = changed;
        rules_.has_target = has_target;
    }
    void set_target(bool has_target) {
        target_by_hand_ = has_target;
        rules_.has_target = has_target;
    }
    /// It goes on elsewhere: of attempts on their way nobody knows what became, so they are due
    /// again.
    void move() {
        for (auto& [_, each] : deliveries_) {
            for (auto& told : each.webhooks)
                told.is_announced = told.is_on_its_way = told.is_acknowledged_by_hand = false;
        }
    }

    const std::map<std::uint64_t, delivery>& deliveries() const { return deliveries_; }
    const purse& amounts() const { return purse_; }
    std::int64_t total() const { return purse_[0] + purse_[1] + purse_[2]; }
    std::int64_t deposited() const { return deposited_; }
    std::int64_t held() const { return held_; }
    std::int64_t charged() const { return charged_; }
    const model::counts& counts() const { return counts_; }
    std::uint64_t attempts() const { return attempts_; }
    bool has_target() const { return rules_.has_target; }

 private:
    struct next_thing {
        micros at = 0;
        std::uint64_t delivery = 0;
        std::size_t place = 0;  ///< of a course; or `webhook_place`

        friend auto operator<=>(const next_thing&, const next_thing&) = default;
    };
    static constexpr std::size_t webhook_place = 0xffff;

    void accept(const fate& of, micros price, micros now) {
        delivery made;
        made.created = now;
        auto missing = price;
        for (const auto bucket : rules_.spend_order) {
            const auto part = std::min(missing, purse_[bucket]);
            made.drawn[bucket] = part;
            purse_[bucket] -= part;
            missing -= part;
        }
        held_ += price;
        made.refunds = rules_.refunds;
        for (std::size_t place = 0; place < of.course.size(); ++place)
            made.to_come.push_back({now + of.course[place].first, place, of.course[place].second});
        made.copies = of.copies;
        made.webhook_wait = of.webhook_wait;
        deliveries_[counts_.accepted++] = made;
        evict();
    }

    std::optional<next_thing> earliest() const {
        std::optional<next_thing> found;
        const auto consider = [&](const next_thing& other) {
            if (!found || other < *found) found = other;
        };
        for (const auto& [ordinal, each] : deliveries_) {
            for (const auto& change : each.to_come)
                consider({change.at, ordinal, change.place});
            const auto turn = each.turn();
            if (turn == each.webhooks.size() || each.webhooks[turn].is_announced) continue;
            consider({each.webhooks[turn].attempts.back(), ordinal, webhook_place});
        }
        return found;
    }

    happening run(const next_thing& next) {
        auto& of = deliveries_.at(next.delivery);
        const auto where = std::to_string(next.delivery) + " at " + std::to_string(next.at);
        if (next.place == webhook_place) {
            auto& told = of.webhooks[of.turn()];
            told.is_announced = true;
            return "webhook " + std::to_string(of.turn()) + '/' +
                   std::to_string(told.attempts.size()) + " of " + where;
        }
        const auto change = std::ranges::find(of.to_come, next.place, &coming::place);
        const auto becomes = change->becomes;
        of.to_come.erase(change);
        of.now = becomes;
        if (becomes != status::sent) end(of, next.at);
        retire(next.delivery);
        return "status " + std::to_string(static_cast<int>(becomes)) + " of " + where;
    }

    /// A terminal status: the first settles the money, each is told.
    void end(delivery& of, micros at) {
        of.ended = at;
        if (of.money == paid::held) settle(of);
        if (!rules_.has_target) return;
        const bool line_is_empty = of.turn() == of.webhooks.size();
        for (std::size_t copy = 0; copy < of.copies; ++copy)
            of.webhooks.push_back({.not_before = at + of.webhook_wait, .attempts = {}});
        if (line_is_empty) begin_turn(of, at);
    }

    void settle(delivery& of) {
        ++(of.now == status::delivered ? counts_.delivered : counts_.failed);
        held_ -= of.price();
        if (of.now == status::failed && of.refunds) {
            of.money = paid::refunded;
            for (std::size_t bucket = 0; bucket < purse_.size(); ++bucket)
                purse_[bucket] += of.drawn[bucket];
        } else {
            of.money = paid::charged;
            charged_ += of.price();
        }
    }

    /// The webhook whose turn it is, if any, gets its first attempt.
    static void begin_turn(delivery& of, micros now) {
        const auto turn = of.turn();
        if (turn == of.webhooks.size()) return;
        auto& next = of.webhooks[turn];
        next.attempts.push_back(std::max(now, next.not_before));
    }

    webhook* waiting(const attempt& which) {
        const auto found = deliveries_.find(which.delivery);
        if (found == deliveries_.end()) return nullptr;
        auto& of = found->second;
        if (which.event >= of.webhooks.size() || of.turn() != which.event) return nullptr;
        auto& told = of.webhooks[which.event];
        return told.attempts.size() == which.number ? &told : nullptr;
    }

    void remember(const std::optional<attempt>& made) { journal_.push_back(made); }

    void retire(std::uint64_t ordinal) {
        if (!deliveries_.at(ordinal).is_over()) return;
        over_.push_back(ordinal);
        evict();
    }
    void evict() {
        while (deliveries_.size() > rules_.most_deliveries && !over_.empty()) {
            deliveries_.erase(over_.front());
            over_.erase(over_.begin());
            ++counts_.evicted;
        }
    }

    settings rules_;
    purse purse_;
    std::int64_t deposited_ = 0;
    std::int64_t held_ = 0;
    std::int64_t charged_ = 0;
    std::map<std::uint64_t, delivery> deliveries_;  // by ordinal; evicted ones are not there
    std::vector<std::uint64_t> over_;               // in the order in which they ended
    std::vector<std::optional<attempt>> journal_;   // of all attempts that ended
    std::optional<bool> target_by_hand_;
    std::uint64_t attempts_ = 0;  // not those by hand
    model::counts counts_;
};

}  // namespace support::model
