#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string_view>

namespace nexo_mock::net {

/// Why a request is refused, where Beast's parser has no word for it. The messages are for the log.
enum class request_error : std::uint8_t {
    unsupported_version = 1,
    unsupported_method,
    bad_target,
    target_too_long,
    no_single_host,
    bad_host,
    two_authorizations,
    bad_coding,
    unknown_coding,
};

boost::system::error_code make_error_code(request_error error);

/// What a request that can't be read is answered with, before the connection closes.
struct protocol_error {
    int status;
    std::string_view code;  ///< the reply's `error` field
};

/// Of what the parser says, be it a request_error or one of Beast's.
protocol_error explain(const boost::system::error_code& ec);

}  // namespace nexo_mock::net

template <>
struct boost::system::is_error_code_enum<nexo_mock::net::request_error> : std::true_type {};
