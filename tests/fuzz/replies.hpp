#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// A reply as a client sees it.
struct reply {
    int status = 0;
    std::string head;  ///< status line and headers
    std::string body;
};

/// Takes what a server sent apart: whole HTTP/1.1 replies and nothing else, or none and `why` it is
/// not. It looks for no more than what every client relies on, and shares no code with the server.
/// A reply to HEAD has no body, and only the client knows which these are: with `some_are_heads`,
/// one that ends behind its head counts as such.
std::optional<std::vector<reply>> take_apart(std::string_view bytes, bool some_are_heads,
                                             std::string& why);

}  // namespace fuzz
