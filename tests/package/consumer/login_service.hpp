#pragma once

#include <memory>
#include <string>

/// The application under test: it logs people in by a code that is read to them on the phone, and
/// knows nothing of nexo-mock. Members may be called from any thread.
class login_service {
 public:
    /// `api` is the base URL, in production https://nexoroute.dev/api/v1.
    login_service(const std::string& api, std::string key, std::string webhook_secret);
    ~login_service();

    /// Where it takes webhooks.
    std::string webhook_url() const;

    /// Has a new code read to the number; false if the API did not accept that, as nearly always
    /// later it does.
    bool start(const std::string& phone);
    /// Whether it is the code of that number.
    bool finish(const std::string& phone, const std::string& code);
    /// What the latest genuine webhook about the number said: "delivered", "failed", or nothing.
    std::string call_status(const std::string& phone) const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};
