#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::control {

/// Which accounts a control call is about: the one of its Authorization header, or all of them.
/// This is the whole of scoping; calls pass a scope on and never look at the header themselves.
class scope {
 public:
    static scope all() { return {}; }
    static scope of(std::string_view key) { return scope{std::string{key}}; }

    bool is_all() const { return !key_; }
    /// Of a scope of one account.
    const std::string& key() const { return *key_; }
    /// Whether that account is in it.
    bool holds(std::string_view key) const { return !key_ || *key_ == key; }

 private:
    scope() = default;
    explicit scope(std::string key) : key_{std::move(key)} {}

    std::optional<std::string> key_;
};

}  // namespace nexo_mock::control
