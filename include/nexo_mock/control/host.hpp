#pragma once

#include <nexo_mock/api/accounts.hpp>
#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/domain/world.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::control {

/// Which accounts a control call is about: the one of its key, or all of them.
using scope = std::optional<std::string_view>;

struct clock_view {
    codec::clock_setting setting;
    domain::time_point now;
    std::optional<domain::time_point> next_due;  ///< earliest in the scope
};

/// What PUT /_mock/clock asks for; what is absent stays as it is.
struct clock_change {
    std::optional<codec::clock_setting> setting;
    std::optional<domain::time_point> now;
};

/// Where an advance ends.
struct advance_goal {
    enum class kind : std::uint8_t {
        by,    ///< after `length`
        next,  ///< when the earliest due event in the scope has run
        idle,  ///< when nothing is due any more
    };
    kind until = kind::by;
    domain::duration length{};
};

/// One thing that an advance made happen.
struct fired_event {
    domain::time_point at;
    std::optional<domain::delivery_id> delivery;  ///< always set
    /// A status change, or else an attempt to send a webhook.
    std::optional<domain::delivery_status> status;
    std::uint32_t attempt = 0;
    domain::attempt_outcome outcome;  ///< of the attempt
    std::size_t order = 0;            ///< among all that fired
};

struct advance_report {
    /// Longer lists are cut to their first entries; `total` counts all.
    static constexpr std::size_t max_listed = 10'000;

    bool clock_is_manual = true;  ///< false: refused, nothing happened
    domain::time_point now;
    std::vector<fired_event> fired;  ///< in order of time
    std::size_t total = 0;

    void add(fired_event event) {
        event.order = total++;
        if (event.order < max_listed) fired.push_back(std::move(event));
    }
};

struct health_view {
    std::string scenario;
    std::string clock;
    std::uint64_t seed = 0;
    std::chrono::seconds uptime{};
    std::size_t accounts = 0;
    domain::world_counts deliveries;
    domain::webhook_totals webhooks;
};

/// What the control API needs of the emulator; the runtime has it. One for each worker thread.
class host {
 public:
    virtual ~host() = default;

    /// Calls `use` for each account in the scope, locked and advanced to its now, in the order in
    /// which they appeared. A scope of one key makes its account appear.
    virtual api::admission visit(const scope& which, api::world_use use) = 0;

    virtual health_view health() = 0;

    /// Of a scope that was visited.
    virtual clock_view clock(const scope& which) = 0;

    /// Of a scope that was visited. Without a scope the change is for accounts to come too. Answers
    /// why not, or nothing.
    virtual std::optional<std::string> change_clock(const scope& which,
                                                    const clock_change& change) = 0;

    /// Of a scope that was visited. Runs what falls due up to the goal, one event at a time, each
    /// at its own time, webhooks awaited. Calls `done` once, from any thread, maybe before it
    /// returns.
    virtual void advance(const scope& which, const advance_goal& goal,
                         std::function<void(advance_report)> done) = 0;

    /// Of a scope that was visited. Back to the start-up state; what is in flight belongs to the
    /// past.
    virtual void reset(const scope& which) = 0;
};

}  // namespace nexo_mock::control
