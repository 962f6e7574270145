#pragma once

#include <support/scenario_generator.hpp>
#include <support/scenarios.hpp>

#include <algorithm>
#include <deque>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Times and amounts as numbers, outcomes as words, for texts that are compared.
inline std::string in_words(nexo_mock::domain::time_point at) {
    return std::to_string((at - begin).count());
}
inline std::string in_words(const nexo_mock::domain::delivery_outcome& of) {
    return std::string{name(of.status)} + '/' + of.error_code + '/' + of.carrier_status;
}
inline std::string in_words(const nexo_mock::domain::bucket_amounts& of) {
    std::string text;
    for (const auto each : nexo_mock::domain::all_buckets)
        text += std::to_string(of[each].micros()) + ' ';
    return text;
}
inline std::string in_words(const nexo_mock::domain::attempt_outcome& of) {
    return std::to_string(of.status) + ' ' + of.error + ' ' + of.reply + ' ' +
           std::to_string(of.took.count());
}
inline std::string in_words(const nexo_mock::domain::webhook_event& of) {
    return of.id.text() + ' ' + of.phone.text() + ' ' + std::string{name(of.carrier)} + ' ' +
           in_words(of.outcome) + ' ' + std::to_string(of.cost.micros()) + ' ' +
           in_words(of.created) + ' ' + in_words(of.completed) + ' ' +
           std::string{name(of.signature)} + (of.is_test ? " test" : "");
}

/// Operations on a world that are a function of a seed, and what comes of each as a text. A copy
/// does to another world what the original goes on to do to its own.
class random_life {
 public:
    /// Scenarios that it goes on under come from `rules`.
    random_life(std::uint64_t seed, nexo_mock::domain::scenario_ptr rules)
        : random_{seed}, generator_{seed + 1}, rules_{std::move(rules)} {}

    const nexo_mock::domain::scenario_ptr& rules() const { return rules_; }
    nexo_mock::domain::time_point now() const { return now_; }
    std::uint64_t next_delivery_seq() const { return delivery_seq_ + 1; }
    std::uint64_t next_attempt_seq() const { return attempt_seq_ + 1; }
    std::string take_told() { return std::exchange(told_, {}); }

    void step(nexo_mock::domain::world& of) {
        switch (pick(16)) {
            case 0:
            case 1:
            case 2:
            case 3: return send(of);
            case 4: return look(of);
            case 5:
            case 6:
            case 7: return advance(of);
            case 8:
            case 9:
            case 10: return answer(of);
            case 11: return complete(of);
            case 12: return redeliver(of);
            case 13: return touch(of);
            case 14: return seldom() ? adopt(of) : send(of);
            default: return seldom() ? put_in_front(of) : send(of);
        }
    }

    /// Ends all webhook attempts that are due or on their way.
    void finish_attempts(nexo_mock::domain::world& of) {
        run(of, now_);
        while (!waiting_.empty())
            answer(of);
    }

 private:
    std::uint64_t pick(std::uint64_t below) { return random_.next() % below; }
    bool seldom() { return pick(5) == 0; }
    std::uint64_t some_ordinal(const nexo_mock::domain::world& of) {
        return pick(of.deliveries().next_ordinal() + 1);
    }

    template <class... Parts>
    void tell(const Parts&... parts) {
        std::ostringstream text;
        (text << ... << parts);
        told_ += std::move(text).str();
    }

    template <class Reply>
    bool note(const Reply& reply) {
        const auto& manner = reply ? reply->manner : reply.error().manner;
        tell(manner.latency.count(), ' ', manner.after_webhook);
        if (manner.fault) tell(' ', name(manner.fault->kind), manner.fault->lasts.count());
        if (reply) {
            tell(reply->rule, ' ');
            return true;
        }
        const auto& refused = reply.error();
        tell(" refused ", name(refused.error), ' ', refused.is_lost());
        if (refused.by != nullptr) tell(' ', refused.by->name);
        if (refused.scripted != nullptr) tell(' ', refused.scripted->status.value_or(0));
        tell('\n');
        return false;
    }

    void send(nexo_mock::domain::world& of) {
        constexpr auto& phones = scenario_generator::phones;
        constexpr auto& codes = scenario_generator::codes;
        const auto phone = pick(20) == 0 ? "+8412" : phones[pick(phones.size())];
        const auto reply = of.send_otp({phone, codes[pick(codes.size())], ++delivery_seq_}, now_);
        if (!note(reply)) return;
        tell("sent ", reply->id.text(), ' ', reply->ordinal, ' ', name(reply->carrier), ' ',
             reply->cost.micros(), ' ', reply->balance.micros(), '\n');
    }

    void look(nexo_mock::domain::world& of) {
        const auto found = of.delivery(of.id_of(some_ordinal(of)).text(), now_);
        if (note(found)) tell(found->id.text(), ' ', in_words(*found->outcome), '\n');
        const auto amounts = of.balance(now_);
        if (note(amounts)) tell(in_words(*amounts), '\n');
        tell(of.state(now_), '\n');
    }

    void advance(nexo_mock::domain::world& of) {
        now_ += std::chrono::milliseconds{pick(60'000)};
        run(of, now_);
    }

    void run(nexo_mock::domain::world& of, nexo_mock::domain::time_point until) {
        using namespace nexo_mock::domain;
        effects out;
        of.advance(until, out);
        for (const auto& each : out) {
            if (const auto* change = std::get_if<delivery_changed>(&each)) {
                tell(change->delivery, ' ', name(change->status), ' ', in_words(change->at), '\n');
            } else {
                const auto& [attempt, at] = std::get<webhook_due>(each);
                tell("webhook ", attempt.delivery, '/', attempt.event, '/', attempt.number, ' ',
                     in_words(at), '\n');
                waiting_.push_back(attempt);
            }
        }
    }

    /// The attempt that has waited longest is made, and ends.
    void answer(nexo_mock::domain::world& of) {
        using nexo_mock::domain::attempt_outcome;
        if (waiting_.empty()) return;
        const auto attempt = waiting_.front();
        waiting_.pop_front();
        const auto* record = of.begin_attempt(attempt);
        if (record == nullptr) {
            tell("not wanted\n");
            return;
        }
        tell(in_words(record->event), ' ', record->target->url, ' ', of.timeout_of(attempt).count(),
             '\n');
        of.finish_attempt(attempt, some_outcome(), now_, ++attempt_seq_);
    }

    nexo_mock::domain::attempt_outcome some_outcome() {
        switch (pick(4)) {
            case 0: return {200, "", "ok \"Việt\"", std::chrono::microseconds{pick(5000)}};
            case 1: return {0, "timeout", "", 10s};
            case 2: return {410, "", "", 1ms};
            default: return {500, "", "no", 2ms};
        }
    }

    void complete(nexo_mock::domain::world& of) {
        using nexo_mock::domain::delivery_status;
        const bool done =
            seldom()
                ? of.complete(some_ordinal(of), {delivery_status::failed, "busy", "by hand"}, now_)
                : of.complete(some_ordinal(of), {delivery_status::delivered, "", "success"}, now_);
        tell("completed ", done, '\n');
        run(of, now_);
    }

    void redeliver(nexo_mock::domain::world& of) {
        const auto again =
            seldom() ? of.ping(now_) : of.redelivery_of(pick(attempt_seq_ + 1), now_);
        if (!again) return;
        const auto made = of.finish_extra(*again, some_outcome(), now_, ++attempt_seq_);
        tell("again ", in_words(again->event), ' ', again->target->url, ' ', made.seq, '\n');
    }

    void touch(nexo_mock::domain::world& of) {
        using namespace nexo_mock::domain;
        of.mark_read(some_ordinal(of));
        const auto value = money::from_micros(static_cast<std::int64_t>(pick(3'000'000)));
        switch (pick(6)) {
            case 0: return of.set_bucket(bucket::bonus_credit, value);
            case 1: return of.deposit(bucket::balance, value);
            case 2: return of.change_account({webhook_target_ptr{}, {}, true});
            case 3:
                return of.change_account({std::make_shared<const webhook_target>(webhook_target{
                                              "http://changed/" + std::to_string(pick(3)), "s"}),
                                          {},
                                          {}});
            case 4:
                return of.change_account(
                    {{}, std::vector{ip_range{ip_address::v4({10, 0, 0, 0}), 104}}, false});
            default: {
                call_record call;
                call.seq = ++call_seq_;
                of.record(call);
            }
        }
    }

    void adopt(nexo_mock::domain::world& of) {
        rules_ = scenario_of(generator_.next());
        of.adopt(rules_);
    }

    void put_in_front(nexo_mock::domain::world& of) {
        const auto other = scenario_of(generator_.next());
        auto changed = *rules_;
        changed.rules.insert(changed.rules.begin(), other->rules.front());
        ++changed.put_in_front;
        rules_ = std::make_shared<const nexo_mock::domain::scenario>(std::move(changed));
        of.put_in_front(rules_);
    }

    nexo_mock::domain::random_stream random_;
    scenario_generator generator_;
    nexo_mock::domain::scenario_ptr rules_;
    nexo_mock::domain::time_point now_ = begin;
    std::uint64_t delivery_seq_ = 0;
    std::uint64_t attempt_seq_ = 0;
    std::uint64_t call_seq_ = 0;
    std::deque<nexo_mock::domain::attempt_ref> waiting_;
    std::string told_;
};

}  // namespace support
