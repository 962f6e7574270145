#pragma once

#include <nexo_mock/scope.hpp>

#include <string>
#include <string_view>

namespace nexo_mock {

/// One account. Everything belongs to its API key: wallet, deliveries, rules, clock. So tests that
/// have a key each never disturb each other, even on one emulator at the same time.
class account : public scope {
 public:
    const std::string& key() const { return scope_key(); }

    wallet balance() const;
    void set_balance(const wallet& amounts) const;
    /// Adds to the bucket `balance`; a negative amount is taken away.
    void top_up(money amount) const;

    /// Where webhooks go and what signs them; deliveries that ended before keep theirs. Neither may
    /// be empty. Throws `error` if server_options::webhook_allow lets none go there.
    void set_webhook(std::string_view url, std::string_view secret) const;
    /// Sends the sample event there, as the vendor's dashboard does, and returns as redeliver()
    /// does. Throws `error` if there is no target.
    webhook_attempt ping() const;
    /// No webhooks are sent any more.
    void clear_webhook() const;
    /// A revoked key is refused with 401.
    void set_revoked(bool revoked) const;

 private:
    friend class server;
    using scope::scope;
};

}  // namespace nexo_mock
