#pragma once

#include <nexo_mock/api/message.hpp>

#include <string_view>

/// The page for people: /_mock/ and the files it is made of, under /_mock/ui/. They are the same
/// for everybody and hold no secret, so they are given to whoever the guard lets near without a
/// token; what they show comes by control calls, which ask for it.
namespace nexo_mock::control {

/// Whether the request is for the page rather than a control call: /_mock/, /_mock/ui/…, and what
/// leads there: /_mock and, for those who only look, /.
bool is_for_page(const api::request& in);

/// Answers one that is. `out` must be reset.
void answer_page(const api::request& in, api::response& out);

}  // namespace nexo_mock::control
