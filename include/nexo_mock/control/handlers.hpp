#pragma once

#include <nexo_mock/control/call.hpp>

/// The handlers of the control calls, by the room they live in. docs/control-api.md describes each.
namespace nexo_mock::control {

// about_calls.cpp: the emulator itself
void health(host& of_all, const call& of);
void metrics(host& of_all, const call& of);
void openapi(host& of_all, const call& of);
void scenario_schema(host& of_all, const call& of);
void reset(host& of_all, const call& of);

// otp_call.cpp
void otp(host& of_all, const call& of);

// delivery_calls.cpp
void deliveries(host& of_all, const call& of);
void delivery(host& of_all, const call& of);
void complete(host& of_all, const call& of);
void delivery_scenario(host& of_all, const call& of);

// webhook_calls.cpp
void webhooks(host& of_all, const call& of);
void redeliver(host& of_all, const call& of);
void ping(host& of_all, const call& of);

// journal_calls.cpp: what happened, and whether it should have
void requests(host& of_all, const call& of);
void verify(host& of_all, const call& of);
void events(host& of_all, const call& of);

// account_calls.cpp
void accounts(host& of_all, const call& of);
void show_account(host& of_all, const call& of);
void change_account(host& of_all, const call& of);

// scenario_calls.cpp
void show_scenario(host& of_all, const call& of);
void replace_scenario(host& of_all, const call& of);
void restore_scenario(host& of_all, const call& of);
void put_rule(host& of_all, const call& of);

// explain_call.cpp
void explain(host& of_all, const call& of);

// state_calls.cpp
void show_state(host& of_all, const call& of);
void replace_state(host& of_all, const call& of);

// clock_calls.cpp
void show_clock(host& of_all, const call& of);
void change_clock(host& of_all, const call& of);
void advance(host& of_all, const call& of);

}  // namespace nexo_mock::control
