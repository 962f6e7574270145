#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <cstddef>

namespace nexo_mock::net {

/// What is left of a message in chunks, when the head of a chunk is next: "0", and an empty line.
inline constexpr std::size_t least_chunk_bytes = 5;

/// put() of a parser of Beast's, but with fewer bytes of a body in chunks than one can end with it
/// asks for more at once: Beast 1.81 asserts that it never sees the last chunk's head with so few.
template <class Parser>
std::size_t put_chunks_whole(Parser& parser, boost::asio::const_buffer bytes,
                             boost::beast::error_code& ec) {
    if (parser.is_header_done() && parser.chunked() && bytes.size() < least_chunk_bytes) {
        ec = boost::beast::http::error::need_more;
        return 0;
    }
    return parser.put(bytes, ec);
}

}  // namespace nexo_mock::net
