#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/control/host.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::control {

/// What GET /_mock/verify looks for.
enum class check : std::uint8_t {
    webhooks,  ///< that were not acknowledged
    codes,     ///< that nobody read, of deliveries that did not fail
    rules,     ///< that no call ever fitted
    requests,  ///< that the API refused, and no rule
};

inline constexpr std::array all_checks{check::webhooks, check::codes, check::rules,
                                       check::requests};

std::string_view name(check which);

/// "webhooks,codes"; all of them if it is empty, none if it names something else.
std::optional<std::vector<check>> read_checks(std::string_view list);

class verification;

/// What is wrong in a scope, of those checks.
verification verify(host& of_all, const scope& which, std::vector<check> checks);

/// Collects what a test should not leave behind.
class verification {
 public:
    static constexpr std::size_t most_listed = 1'000;

    struct failure {
        check what = check::webhooks;
        std::string account;  ///< masked; empty: none
        std::string detail;
        std::string delivery;
        std::string rule;
        std::uint64_t request = 0;
    };

    /// `of_all`: the scenario of all accounts.
    verification(std::vector<check> checks, domain::scenario_ptr of_all)
        : checks_{std::move(checks)}, of_all_{std::move(of_all)} {}

    /// A call of one account asks for the rules of its own scenario, for others' rules are others'
    /// business; a call of all asks for those of each.
    void look_at(const visited_account& account, const scope& which);
    void look_at(const domain::call_journal& strangers);
    /// Once all accounts were looked at: the rules of the scenario of all.
    void look_at_rules();

    bool is_clean() const { return total_ == 0; }
    const std::vector<failure>& failures() const { return failures_; }
    /// The whole reply.
    void write(codec::json_writer& json) const;

 private:
    bool wants(check which) const;
    void add(failure found);
    void look_at_webhooks(const domain::world& world);
    void look_at_codes(const domain::world& world);
    void look_at_own_rules(const domain::world& world);
    void look_at_calls(const domain::call_journal& calls, const std::string& account);

    std::vector<check> checks_;
    domain::scenario_ptr of_all_;
    std::vector<failure> failures_;
    std::array<std::size_t, all_checks.size()> counts_{};
    std::size_t total_ = 0;
    std::vector<std::uint64_t> used_;  // rules of the scenario of all, by index
};

}  // namespace nexo_mock::control
