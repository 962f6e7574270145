#pragma once

#include <nexo_mock/net/request_parser.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace nexo_mock::net {

/// The header of the request before on the same connection. A client that keeps a connection sends
/// the same fields with each request, and often the same first line: what is the same byte for byte
/// means the same, and is not parsed again. Only calls of the vendor's API, over HTTP/1.1, with a
/// body of known length or none, are known.
class known_header {
 public:
    /// `parsed` has just read all of `bytes`, a whole request and nothing more, into `into`.
    void remember(std::string_view bytes, const request_parser& parsed, const api::request& into);

    /// What comes next has to be parsed, whatever it is.
    void forget() { fields_.clear(); }

    /// If `unread` begins with a whole request whose fields are the known ones: makes `into`, which
    /// is the request before, that request, and answers its bytes. Else 0: it has to be parsed.
    std::size_t read(std::string_view unread, api::request& into, const limits& bounds);

    /// Whether the connection may go on behind such a request.
    bool keeps_alive() const { return keeps_alive_; }

 private:
    std::string line_;
    std::string fields_;  // from the end of the line to the end of the header
    std::size_t body_bytes_ = 0;
    bool keeps_alive_ = true;
};

}  // namespace nexo_mock::net
