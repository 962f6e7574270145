#pragma once

#include <nexo_mock/api/late_reply.hpp>
#include <nexo_mock/control/guard.hpp>
#include <nexo_mock/control/host.hpp>

namespace nexo_mock::control {

/// The control API under /_mock, and /metrics: what a test does to the emulator and learns from it.
/// Every call passes here: the guard looks at it, the table finds its handler, its scope is
/// opened; keys in what it answers are masked. The page is answered here too, by page.hpp. Not for
/// sharing between threads: each worker has its own.
class control_api {
 public:
    control_api(host& of, guard_settings settings) : host_{of}, guard_{std::move(settings)} {}

    /// Whether the request is one of the control API's, or for the page.
    static bool takes(const api::request& in);

    /// `out` must be reset; it is not used once `later` was called.
    void handle(const api::request& in, api::response& out, api::defer later);

 private:
    void answer(const api::request& in, api::response& out, api::defer later);
    void show_page(const api::request& in, api::response& out);

    host& host_;
    guard guard_;
};

}  // namespace nexo_mock::control
