#pragma once

#include <nexo_mock/runtime/advance_run.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace nexo_mock::runtime {

/// The accounts of one advance, one after another. On the worker's thread.
class advance_of_many : public std::enable_shared_from_this<advance_of_many> {
 public:
    using callback = std::function<void(control::advance_report)>;

    advance_of_many(emulator& of, effect_sink& worker, std::vector<account_ptr> accounts,
                    control::advance_goal goal, callback done)
        : emulator_{of},
          worker_{worker},
          accounts_{std::move(accounts)},
          goal_{goal},
          done_{std::move(done)} {}

    /// False if one of the clocks is not manual.
    bool prepare();

    /// How far every clock goes; none if each goes as far as it has something to do.
    std::optional<domain::duration> length() const { return length_; }

    void go_on();

    void see(domain::time_point now) { report_.now = std::max(report_.now, now); }

 private:
    void finish();

    emulator& emulator_;
    effect_sink& worker_;
    std::vector<account_ptr> accounts_;
    control::advance_goal goal_;
    callback done_;
    std::vector<advance_target> targets_;
    std::optional<domain::duration> length_;
    std::size_t next_ = 0;
    control::advance_report report_;
};

}  // namespace nexo_mock::runtime
