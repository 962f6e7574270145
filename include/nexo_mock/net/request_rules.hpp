#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

/// What RFC 9112 wants of a request and Beast's parser lets pass, or finds only once the whole
/// header has come. Functions of text: what has begun is judged as far as it goes.
namespace nexo_mock::net {

/// Of a request line, from its first byte: what is wrong with it. Nothing if it is good, or may
/// still become so.
boost::system::error_code check_request_line(std::string_view begun);

/// Whether each LF has a CR before it, and each CR an LF behind it; the last CR may still get one.
bool has_good_line_ends(std::string_view lines);

enum class chunk_place : std::uint8_t { first, behind_data };

/// Of the line with the size of a chunk, and the end of the data before it if there is any.
boost::system::error_code check_chunk_head(std::string_view begun, chunk_place place);

/// Whether the extensions of a chunk hold nothing that another parser could take for a line's end.
bool is_plain_extension(std::string_view text);

/// Whether the value of a Host header is one: a name or an address, which may be empty, then a port
/// or none (RFC 9110, 7.2).
bool is_host(std::string_view value);

/// Of a Transfer-Encoding field: nothing if it is "chunked" and no more.
boost::system::error_code check_coding(std::string_view value);

enum class target_forms : std::uint8_t { usual, with_asterisk };

struct request_target {
    std::string_view path;       ///< and query; of "http://host?query" it begins with the query
    std::string_view authority;  ///< empty unless the target is absolute (RFC 9112, 3.2.2)
};

/// Beyond RFC 3986, the characters []{}|\^` are taken as they are: browsers send them in queries.
boost::system::result<request_target> read_target(std::string_view target, target_forms forms);

}  // namespace nexo_mock::net
