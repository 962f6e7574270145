#pragma once

#include <nexo_mock/api/accounts.hpp>
#include <nexo_mock/api/message.hpp>
#include <nexo_mock/codec/send_otp_body.hpp>

#include <string_view>

namespace nexo_mock::api {

/// Bodies above this are refused with payload_too_large [A].
inline constexpr std::size_t max_body_bytes = 64 * 1024;

/// The vendor's API under /api/v1: POST send-otp, GET deliveries/{id}, GET balance. Checks run in
/// the contract's order: path and method, key, IP allowlist, JSON, phone, code, rules, route,
/// wallet. Not for sharing between threads: each worker has its own.
class vendor_api {
 public:
    explicit vendor_api(accounts& of) : accounts_{of} {}

    /// `out` must be reset. Never throws what a request can cause.
    void handle(const request& in, response& out);

    /// Fills in the reply to a call that was refused before it could be handled.
    static void refuse(domain::api_error error, response& out);

 private:
    void send_otp(const request& in, response& out);
    void delivery(const request& in, std::string_view id, response& out);
    void balance(const request& in, response& out);

    template <class Call, class Tell>
    void call(const request& in, response& out, Call on_world, Tell tell);

    accounts& accounts_;
    codec::send_otp_body_reader body_;
};

}  // namespace nexo_mock::api
