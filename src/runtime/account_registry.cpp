#include <nexo_mock/runtime/account_registry.hpp>

#include <algorithm>

namespace nexo_mock::runtime {

account_ptr account_registry::find(std::string_view key) const {
    const auto& part = stripe_of(key);
    const std::lock_guard lock{part.mutex};
    const auto found = part.accounts.find(key);
    return found == part.accounts.end() ? nullptr : found->second;
}

account_ptr account_registry::find_or_add(
    std::string_view key, const std::function<account_ptr(std::uint64_t number)>& make) {
    auto& part = stripe_of(key);
    const std::lock_guard lock{part.mutex};
    const auto found = part.accounts.find(key);
    if (found != part.accounts.end()) return found->second;
    if (size_.fetch_add(1) >= max_accounts_) {
        size_.fetch_sub(1);
        return nullptr;
    }
    return part.accounts.emplace(key, make(next_number_.fetch_add(1))).first->second;
}

std::vector<account_ptr> account_registry::put(const std::vector<account_ptr>& accounts) {
    std::vector<account_ptr> replaced;
    for (const auto& each : accounts) {
        auto least = next_number_.load();
        while (least <= each->number &&
               !next_number_.compare_exchange_weak(least, each->number + 1)) {
        }
        auto& part = stripe_of(each->key);
        const std::lock_guard lock{part.mutex};
        auto& place = part.accounts[each->key];
        if (place) {
            replaced.push_back(std::move(place));
        } else {
            size_.fetch_add(1);
        }
        place = each;
    }
    return replaced;
}

std::vector<account_ptr> account_registry::all() const {
    std::vector<account_ptr> every;
    for (const auto& part : stripes_) {
        const std::lock_guard lock{part.mutex};
        for (const auto& [key, each] : part.accounts)
            every.push_back(each);
    }
    std::ranges::sort(every, {}, &account::number);
    return every;
}

std::vector<account_ptr> account_registry::clear() {
    std::vector<account_ptr> every;
    for (auto& part : stripes_) {
        const std::lock_guard lock{part.mutex};
        for (auto& [key, each] : part.accounts)
            every.push_back(std::move(each));
        size_.fetch_sub(part.accounts.size());
        part.accounts.clear();
    }
    return every;
}

}  // namespace nexo_mock::runtime
