#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bench {

/// Keeps count of webhooks: of each delivery one of each type is expected, in the order of `types`.
class webhook_tally {
 public:
    /// `types` such as {"otp.delivered", "otp.failed"}.
    explicit webhook_tally(std::vector<std::string> types) : types_{std::move(types)} {}

    /// The body of a webhook. Throws std::runtime_error if it has no id, or a type that is not
    /// expected.
    void add(std::string_view body);
    void clear();

    std::uint64_t received() const { return received_; }
    std::uint64_t deliveries() const { return seen_.size(); }
    /// Deliveries of which all types have come.
    std::uint64_t complete() const { return complete_; }
    std::uint64_t duplicates() const { return duplicates_; }
    /// Those that came before one that goes before them.
    std::uint64_t out_of_order() const { return out_of_order_; }

 private:
    std::vector<std::string> types_;
    std::unordered_map<std::string, std::uint32_t> seen_;  ///< a bit for each type, by id
    std::uint64_t received_ = 0;
    std::uint64_t complete_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t out_of_order_ = 0;
};

}  // namespace bench
