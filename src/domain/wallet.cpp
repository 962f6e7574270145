#include <nexo_mock/domain/wallet.hpp>

#include <algorithm>

namespace nexo_mock::domain {

std::string_view name(bucket which) {
    switch (which) {
        case bucket::balance: return "balance";
        case bucket::bonus_credit: return "bonus_credit";
        case bucket::free_credit: return "free_credit";
    }
    return {};
}

wallet::wallet(const bucket_amounts& opening) : wallet{opening, money{}, money{}} {}

wallet::wallet(const bucket_amounts& amounts, money held, money charged)
    : amounts_{amounts},
      deposited_{amounts.total() + held + charged},
      held_{held},
      charged_{charged} {}

std::optional<bucket_amounts> wallet::hold(money cost, const spend_order& order) {
    if (total() < cost) return std::nullopt;
    bucket_amounts drawn;
    auto missing = cost;
    for (const auto which : order) {
        const auto part = std::min(missing, amounts_[which]);
        drawn[which] = part;
        amounts_[which] -= part;
        missing -= part;
    }
    held_ += cost;
    return drawn;
}

void wallet::charge(const bucket_amounts& drawn) {
    held_ -= drawn.total();
    charged_ += drawn.total();
}

void wallet::refund(const bucket_amounts& drawn) {
    held_ -= drawn.total();
    for (const auto which : all_buckets)
        amounts_[which] += drawn[which];
}

void wallet::deposit(bucket into, money amount) {
    amounts_[into] += amount;
    deposited_ += amount;
}

}  // namespace nexo_mock::domain
