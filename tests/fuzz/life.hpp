#pragma once

#include "require.hpp"
#include <nexo_mock/domain/world.hpp>

#include <algorithm>

namespace fuzz {

inline void require_whole(const nexo_mock::domain::world& of) {
    using namespace nexo_mock::domain;
    const auto& wallet = of.wallet();
    require(wallet.deposited() == wallet.total() + wallet.held() + wallet.charged(),
            "the wallet adds up");
    require(wallet.held() >= money{} && wallet.charged() >= money{}, "nothing of it is below 0");
    money held;
    of.deliveries().newest_first([&held](std::uint64_t, const auto& each) {
        if (each.money_state == settlement::held) held += each.drawn.total();
        return true;
    });
    require(held == wallet.held(), "what is held is what the deliveries hold");
}

/// An account goes on: sends, and some of what is due, each at its own time; receivers answer now
/// and then. `seq` numbers deliveries and attempts.
inline void live(nexo_mock::domain::world& of, nexo_mock::domain::time_point now,
                 std::uint64_t seq) {
    using namespace nexo_mock::domain;
    for (const auto* phone : {"+84981234567", "+84901234567", "+84911234567", "+84981234567"}) {
        of.send_otp({phone, "482915", ++seq}, now);
        of.balance(now);
    }
    effects out;
    for (int i = 0; i < 200; ++i) {
        const auto next = of.next_due();
        if (!next) break;
        now = std::max(now, *next);
        out.clear();
        require(of.advance_one(now, out), "what is due happens");
        const auto* due = std::get_if<webhook_due>(&out.front());
        if (due == nullptr) continue;
        require(of.begin_attempt(due->attempt) != nullptr, "an attempt that is due is wanted");
        of.finish_attempt(due->attempt, {i % 3 == 0 ? 200 : 500, "", "", {}}, now, ++seq);
    }
    require_whole(of);
}

}  // namespace fuzz
