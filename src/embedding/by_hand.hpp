#pragma once

#include "engine.hpp"
#include <nexo_mock/values.hpp>

#include <string>

namespace nexo_mock::embedding {

/// Sends the webhook that `choose` finds in an account, and returns once it has ended. Throws
/// `error` with `why_none` if it finds none, `reset_meanwhile` if a reset came in between.
webhook_attempt send_by_hand(engine& by, const std::string& key,
                             control::host::choose_attempt choose, const std::string& why_none);

}  // namespace nexo_mock::embedding
