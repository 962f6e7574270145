#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/step.hpp>

#include <optional>

/// Readers of what a step says beside its action. Each complains in the field, and answers none, or
/// what is usual, if the value is not of its kind.
namespace nexo_mock::codec {

/// A time for which a connection is held up: a delay of at most domain::longest_hold.
std::optional<domain::delay> read_hold(const field& of);

/// A kind of fault, or {"kind": "hang", "for": "5s"}.
std::optional<domain::fault> read_fault(const field& of);

/// The carrier a number was ported to; warns of one that does not exist.
std::optional<domain::carrier> read_ported(const field& of);

/// How webhooks misbehave. That they can come before the reply is the step's to check.
domain::webhook_manner read_webhook_manner(const field& of);

}  // namespace nexo_mock::codec
