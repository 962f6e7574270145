#pragma once

#include <nexo_mock/api/function_ref.hpp>
#include <nexo_mock/api/message.hpp>

#include <functional>

namespace nexo_mock::api {

/// Sends a reply that a handler did not give at once. Callable once, from any thread; dropped
/// silently if the connection is gone by then.
using late_reply = std::function<void(response)>;

/// Makes a late_reply; calling it means that the handler gives none. `abandoned`, if not null, is
/// called at most once, on the connection's thread, when the client closes its side or vanishes
/// before the reply, or the server stops: nobody may be waiting any more, or should. A reply is
/// still welcome then, as the client may only have said that it sends nothing more.
using defer = function_ref<late_reply(std::function<void()> abandoned)>;

}  // namespace nexo_mock::api
