#include <nexo_mock/domain/scenario.hpp>

#include <algorithm>

namespace nexo_mock::domain {

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
