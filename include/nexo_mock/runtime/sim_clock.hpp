#pragma once

#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/domain/time.hpp>

#include <chrono>
#include <optional>

namespace nexo_mock::runtime {

/// Real time: never set back.
using real_time = std::chrono::steady_clock::time_point;

/// The wall clock, in simulated time's terms.
domain::time_point wall_time();

/// Turns real time into the simulated time of one account. Never goes back, unless it is replaced.
/// Not for sharing between threads.
class sim_clock {
 public:
    /// Begins at `start`.
    sim_clock(const codec::clock_setting& setting, domain::time_point start, real_time now);

    domain::time_point now(real_time at) const;
    const codec::clock_setting& setting() const { return setting_; }

    /// Goes on from now in another way.
    void change(const codec::clock_setting& setting, real_time at);
    /// Goes on from `to`; an earlier time than now changes nothing.
    void jump_to(domain::time_point to, real_time at);

    /// When that time will be; none if the clock does not get there by itself.
    /// Not more than a year after `at`: what is later is asked for again.
    std::optional<real_time> real_time_of(domain::time_point due, real_time at) const;

 private:
    bool runs() const { return setting_.mode != codec::clock_mode::manual; }

    codec::clock_setting setting_;
    domain::time_point sim_anchor_;
    real_time real_anchor_;
};

}  // namespace nexo_mock::runtime
