#pragma once

#include <nexo_mock/api/late_reply.hpp>
#include <nexo_mock/control/guard.hpp>
#include <nexo_mock/control/host.hpp>

namespace nexo_mock::control {

/// The control API under /_mock, and /metrics: what a test does to the emulator and learns from it.
/// Every call passes here: the guard looks at it, the table finds its handler, its scope is
/// opened; keys in what it answers are masked. Not for sharing between threads: each worker has its
/// own.
class control_api {
 public:
    control_api(host& of, guard_settings settings) : host_{of}, guard_{std::move(settings)} {}

    /// Whether the path is one of the control API's.
    static bool takes(std::string_view path);

    /// `out` must be reset; it is not used once `later` was called.
    void handle(const api::request& in, api::response& out, api::defer later);

 private:
    void answer(const api::request& in, api::response& out, api::defer later);

    host& host_;
    guard guard_;
};

}  // namespace nexo_mock::control
