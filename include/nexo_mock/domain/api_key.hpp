#pragma once

#include <string>
#include <string_view>

namespace nexo_mock::domain {

inline constexpr std::string_view api_key_prefix = "sk_live_";  // [D]

/// The prefix and at least one more printable ASCII character other than space, 256 in all at most.
bool is_well_formed_key(std::string_view key);

/// The key as logs and replies show it: enough to tell accounts apart, not enough to use one.
/// "sk_live_…2f#a41b" of a long key, "sk_live_…#a41b" of one with fewer than eight characters of
/// its own. The tag behind # is the same for the same key, always.
std::string masked_key(std::string_view key);

/// Masks each key in a text of whatever origin. What is masked already stays as it is; the prefix
/// with nothing of a key behind it is none.
void mask_keys(std::string& text);

}  // namespace nexo_mock::domain
