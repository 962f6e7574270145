#pragma once

#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/domain/carrier.hpp>
#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/domain/rule.hpp>
#include <nexo_mock/domain/wallet.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nexo_mock::domain {

/// Seeds are whole numbers up to 2^53 - 1, which JSON readers of every language hold exactly.
inline constexpr std::uint64_t max_seed = (std::uint64_t{1} << 53) - 1;

/// What a send costs: 0.022 [D] unless the carrier has a price of its own.
struct price_list {
    money usual = 22000_micros;
    std::vector<std::pair<carrier, money>> by_carrier;

    money of(carrier which) const;

    friend bool operator==(const price_list&, const price_list&) = default;
};

/// How the emulated API behaves for every account.
struct api_settings {
    price_list price;
    bool refund_failed = true;                ///< failed deliveries cost nothing [I]
    spend_order order = default_spend_order;  ///< [A]
    bool listed_keys_only = false;            ///< else any well-formed key has an account
    std::vector<carrier> no_route;            ///< none by default [I]
    std::map<std::string, int, std::less<>>
        status;  ///< HTTP status by error code, where it differs

    friend bool operator==(const api_settings&, const api_settings&) = default;
};

/// Where an account's webhooks go and what signs them.
struct webhook_target {
    std::string url;
    std::string secret;  ///< plain text, as the vendor's dashboard shows it

    friend bool operator==(const webhook_target&, const webhook_target&) = default;
};

using webhook_target_ptr = std::shared_ptr<const webhook_target>;  ///< null: no webhook is sent

/// Both are null, or they say the same.
bool same_target(const webhook_target_ptr& a, const webhook_target_ptr& b);

/// How webhooks are tried.
struct webhook_settings {
    webhook_target_ptr target;                               ///< of accounts that name none
    delay timeout = delay::fixed(std::chrono::seconds{10});  ///< real time, for one attempt [A]
    std::vector<delay> retry{
        delay::fixed(std::chrono::seconds{5}), delay::fixed(std::chrono::seconds{30}),
        delay::fixed(std::chrono::minutes{2}), delay::fixed(std::chrono::minutes{10}),
        delay::fixed(std::chrono::minutes{30})};  ///< waits before attempts 2, 3, … [A]
    std::string ca_file;    ///< extra certificate authorities for https targets
    bool insecure = false;  ///< true: certificates are not verified

    /// Targets are compared by same_target().
    friend bool operator==(const webhook_settings& a, const webhook_settings& b);
};

/// How an account looks when its world begins.
struct account_settings {
    std::string key;
    bucket_amounts opening{money{}, money{}, 110000_micros};  ///< five free OTPs [D]
    webhook_target_ptr target;                                ///< null: the scenario's
    std::vector<ip_range> ip_allowlist;                       ///< empty: any address
    bool revoked = false;

    /// Targets are compared by same_target().
    friend bool operator==(const account_settings& a, const account_settings& b);
};

/// Everything that decides how the emulator behaves, as one immutable value that many accounts and
/// threads share. Rules are tried in order; the first that matches decides.
struct scenario {
    std::string name = "unnamed";
    std::string description;
    std::optional<std::uint64_t> seed;
    api_settings api;
    webhook_settings webhook;
    account_settings account_defaults;
    std::vector<account_settings> accounts;
    std::vector<rule> rules;
    /// How many of the rules were put before the others since; each of those keeps what it draws.
    std::size_t put_in_front = 0;

    /// The settings of that account: its own entry, else the defaults under that key.
    /// Where only listed keys have accounts, one that is not listed is revoked.
    account_settings settings_for(std::string_view key) const;
    /// Null if no entry names the key.
    const account_settings* listed(std::string_view key) const;
    /// Whether the key may have an account: it is well-formed, and listed where it has to be.
    bool admits(std::string_view key) const;

    friend bool operator==(const scenario&, const scenario&) = default;
};

using scenario_ptr = std::shared_ptr<const scenario>;

}  // namespace nexo_mock::domain
