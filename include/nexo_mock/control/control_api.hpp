#pragma once

#include <nexo_mock/api/message.hpp>
#include <nexo_mock/control/host.hpp>

#include <functional>
#include <string_view>

namespace nexo_mock::control {

/// Sends a reply that handle() did not give at once. Callable once, from any thread.
using late_reply = std::function<void(api::response)>;

/// Makes a late_reply; calling it means that handle() gives none.
using defer = api::function_ref<late_reply()>;

/// The control API under /_mock: what a test does to the emulator and learns from it. An
/// Authorization header narrows any call to that account; without it the call means all of them.
/// Not for sharing between threads: each worker has its own.
class control_api {
 public:
    explicit control_api(host& of) : host_{of} {}

    /// `out` must be reset; it is not used once `later` was called.
    void handle(const api::request& in, api::response& out, defer later);

 private:
    struct call;
    using handler = void (control_api::*)(const call&);
    struct route;
    static const route routes[];

    bool admit(const call& of);

    void health(const call& of);
    void otp(const call& of);
    void deliveries(const call& of);
    void delivery(const call& of);
    void show_clock(const call& of);
    void change_clock(const call& of);
    void advance(const call& of);
    void reset(const call& of);
    void scenario_schema(const call& of);

    host& host_;
};

}  // namespace nexo_mock::control
