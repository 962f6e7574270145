#include <nexo_mock/domain/scenario.hpp>

#include <algorithm>
#include <tuple>

namespace nexo_mock::domain {

bool same_target(const webhook_target_ptr& a, const webhook_target_ptr& b) {
    return a == nullptr || b == nullptr ? a == b : *a == *b;
}

// All members are bound, so that a further one does not compile until it has its place here.
bool operator==(const webhook_settings& a, const webhook_settings& b) {
    const auto rest = [](const webhook_settings& of) {
        const auto& [target, timeout, retry, ca_file, insecure] = of;
        return std::tie(timeout, retry, ca_file, insecure);
    };
    return same_target(a.target, b.target) && rest(a) == rest(b);
}

bool operator==(const account_settings& a, const account_settings& b) {
    const auto rest = [](const account_settings& of) {
        const auto& [key, opening, target, ip_allowlist, revoked] = of;
        return std::tie(key, opening, ip_allowlist, revoked);
    };
    return same_target(a.target, b.target) && rest(a) == rest(b);
}

money price_list::of(carrier which) const {
    for (const auto& [owner, price] : by_carrier) {
        if (owner == which) return price;
    }
    return usual;
}

const account_settings* scenario::listed(std::string_view key) const {
    const auto found = std::ranges::find(accounts, key, &account_settings::key);
    return found == accounts.end() ? nullptr : &*found;
}

bool scenario::admits(std::string_view key) const {
    return is_well_formed_key(key) && (!api.listed_keys_only || listed(key) != nullptr);
}

account_settings scenario::settings_for(std::string_view key) const {
    const auto* entry = listed(key);
    auto settings = entry != nullptr ? *entry : account_defaults;
    settings.key = key;
    if (!settings.target) settings.target = webhook.target;
    if (api.listed_keys_only && entry == nullptr) settings.revoked = true;
    return settings;
}

}  // namespace nexo_mock::domain
