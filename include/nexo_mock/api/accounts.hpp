#pragma once

#include <nexo_mock/api/function_ref.hpp>
#include <nexo_mock/domain/world.hpp>

#include <cstdint>
#include <string_view>

namespace nexo_mock::api {

enum class admission : std::uint8_t {
    granted,
    unknown_key,        ///< malformed, or not listed where only listed keys have accounts
    too_many_accounts,  ///< the emulator holds as many as it may
};

using world_use = function_ref<void(domain::world&, domain::time_point now)>;

/// What the handlers need of the accounts; the runtime has them. One for each worker thread.
class accounts {
 public:
    virtual ~accounts() = default;

    /// Calls `use` on the world of that key, which appears on its first use: locked, advanced to
    /// `now`. What the call made due is seen to afterwards. `use` must not block.
    virtual admission visit(std::string_view key, world_use use) = 0;

    /// The next number of the order of acceptance over all accounts. Inside visit() only.
    virtual std::uint64_t next_seq() = 0;
};

}  // namespace nexo_mock::api
