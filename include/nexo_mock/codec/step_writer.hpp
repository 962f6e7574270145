#pragma once

#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/domain/step.hpp>

namespace nexo_mock::codec {

/// Appends one step of a rule's `then`, so that read_step() reads a step that does the same; the
/// very same one if read_step() has made it. What is as usual is left out, and so is in the steps
/// of a `one_of` what stands beside it. A member that has no effect beside the step's action, such
/// as the cost of a call that is refused, is left out as well. Where a step can only be said inside
/// a `one_of` (it is answered as without a rule, and the reply is lost), it becomes one.
void write_step(json_writer& out, const domain::step& of);

/// Appends a step's `webhook`, so that read_webhook_manner() reads the same.
void write_webhook_manner(json_writer& out, const domain::webhook_manner& of);

/// Appends a delay in the shortest of its three forms.
void write_delay(json_writer& out, const domain::delay& of);

}  // namespace nexo_mock::codec
