#pragma once

#include <nexo_mock/domain/glob.hpp>
#include <nexo_mock/domain/step.hpp>
#include <nexo_mock/domain/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::domain {

/// The calls of the vendor API.
enum class endpoint : std::uint8_t { send_otp, deliveries, balance };

std::string_view name(endpoint which);

/// From `from` on and before `to`, counted since the account's world began.
struct elapsed_range {
    duration from{};
    duration to = duration::max();

    friend bool operator==(const elapsed_range&, const elapsed_range&) = default;
};

/// When a rule applies; all of it must hold, and what is not given holds.
struct condition {
    std::optional<endpoint> call = endpoint::send_otp;  ///< none: any of them
    glob_list phone;
    glob_list code;
    glob_list key;
    glob_list carrier;
    glob_list state;
    std::optional<elapsed_range> elapsed;
    std::uint32_t every = 1;  ///< each n-th call that fits all of the above
    double chance = 1;        ///< 0 never, 1 always

    friend bool operator==(const condition&, const condition&) = default;
};

/// What follows the last step of a list.
enum class sequence_end : std::uint8_t {
    stay,          ///< the last step for ever
    loop,          ///< the first one again
    fall_through,  ///< the rule no longer applies
};

/// What the places in a list, and the calls of `every`, are counted for.
enum class counting : std::uint8_t { per_account, per_phone };

struct rule {
    std::string name;  ///< as written, or "rule <n>" counted from 1
    condition when;
    std::vector<step> steps;  ///< never empty
    sequence_end end = sequence_end::stay;
    counting per = counting::per_account;
    /// One that no call ever fits is a mistake of the test's; not so in a library of behaviours.
    bool must_match = true;

    /// The step whose turn it is after `used` calls; null when the rule has fallen through.
    const step* step_after(std::uint64_t used) const;

    friend bool operator==(const rule&, const rule&) = default;
};

}  // namespace nexo_mock::domain
