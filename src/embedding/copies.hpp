#pragma once

#include <nexo_mock/control/host.hpp>
#include <nexo_mock/control/verification.hpp>
#include <nexo_mock/domain/world.hpp>
#include <nexo_mock/values.hpp>

#include <vector>

/// What the inner layers hold, as users get it.
namespace nexo_mock::embedding {

money copy(domain::money amount);
wallet copy(const domain::bucket_amounts& amounts);
sent_code copy(const control::code_view& code);
advance_result copy(const control::advance_report& report);
failure copy(const control::verification::failure& failure);
webhook_attempt copy(const domain::sent_attempt& attempt, const std::string& key);

/// Everything known of one delivery; none if it is gone.
std::optional<delivery> copy_delivery(const domain::world& world, std::uint64_t ordinal);
/// Of all that are kept.
void add_deliveries(std::vector<delivery>& to, const domain::world& world);
void add_attempts(std::vector<webhook_attempt>& to, const domain::world& world);
/// `world` is the account's; null for calls that belong to none.
void add_requests(std::vector<request>& to, const domain::call_journal& calls,
                  const domain::world* world);

}  // namespace nexo_mock::embedding
