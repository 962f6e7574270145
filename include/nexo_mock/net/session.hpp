#pragma once

#include <nexo_mock/net/session_set.hpp>

namespace nexo_mock::net {

/// Serves HTTP/1.1 on the socket: keep-alive, pipelining, HEAD, chunked requests, 100-continue.
/// What is no HTTP is answered with 400 and a close, never with silence. The session keeps itself
/// alive and is tracked by `of`, which must outlive it.
void start_session(boost::asio::ip::tcp::socket socket, session_set& of);

/// The same through TLS. A client that speaks plain HTTP there is told so with 400. `tls` must
/// outlive the session.
void start_session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
                   session_set& of);

}  // namespace nexo_mock::net
