#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/world.hpp>

#include <array>
#include <optional>

/// Accounts, as scenario files and control calls write them. Mistakes are collected in the field.
namespace nexo_mock::codec {

/// `url` and `secret` of an object; both or neither, for every webhook is signed.
domain::webhook_target_ptr read_target(const field& of, object_fields& fields);

/// An entry of `accounts`; `defaults` hold what is not given.
domain::account_settings read_account(const field& of, const domain::account_settings& defaults);
domain::account_settings read_account_defaults(const field& of,
                                               const domain::account_settings& usual);

/// What PATCH /_mock/account changes; what is absent stays as it is.
struct account_patch {
    std::array<std::optional<domain::money>, domain::all_buckets.size()> amounts;  ///< by bucket
    domain::account_changes changes;
};

/// `"webhook": null` takes the target away.
account_patch read_account_patch(const field& of);

}  // namespace nexo_mock::codec
