#pragma once

#include <nexo_mock/net/http_client.hpp>

#include <chrono>
#include <string>

namespace nexo_mock::cli {

/// Asks an emulator, one question at a time.
class control_client {
 public:
    /// `base`: "http://127.0.0.1:8484"; the token may be empty.
    control_client(std::string base, std::string token);

    /// What came back: the status is 0 if nothing did.
    net::client_reply get(const std::string& path);

    /// Waits until no webhook attempt is on its way, at most that long.
    void settle(std::chrono::milliseconds patience);

 private:
    bool is_settled();

    std::string base_;
    std::string token_;
};

}  // namespace nexo_mock::cli
