#pragma once

#include <nexo_mock/api/message.hpp>

namespace fuzz {

/// Whether openapi/openapi.json knows that status of the call. Of a path that is not in it, it is
/// that of an unknown path, of the page, or of another method.
bool is_documented(const nexo_mock::api::request& call, int status);

}  // namespace fuzz
