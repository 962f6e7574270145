#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an emulator tells, as plain copies: nothing changes under the reader's hands.
namespace nexo_mock {

/// Simulated time, in UTC.
using duration = std::chrono::microseconds;
using time_point = std::chrono::time_point<std::chrono::system_clock, duration>;

/// US dollars in whole micro-dollars: 0.022 is 22,000.
struct money {
    std::int64_t micros = 0;

    friend constexpr auto operator<=>(money, money) = default;
    friend constexpr money operator+(money a, money b) { return {a.micros + b.micros}; }
    friend constexpr money operator-(money a, money b) { return {a.micros - b.micros}; }
};

/// money from "0.022": a decimal number of at most six decimals and 10^12 dollars. Throws
/// std::invalid_argument.
money dollars(std::string_view amount);
/// "0.022", as the API writes it.
std::string to_string(money amount);

/// The three buckets of an account.
struct wallet {
    money balance;
    money bonus_credit;
    money free_credit;

    constexpr money total() const { return balance + bonus_credit + free_credit; }
    friend constexpr bool operator==(const wallet&, const wallet&) = default;
};

enum class delivery_status : std::uint8_t { sent, delivered, failed };
std::string_view to_string(delivery_status status);

/// How a delivery ends.
struct outcome {
    // NOLINTBEGIN(readability-redundant-member-init): GCC warns of what {.status = …} leaves out.
    delivery_status status = delivery_status::delivered;
    std::string error_code{};      ///< "busy", …; empty unless it failed
    std::string carrier_status{};  ///< empty: the usual one of that end
    // NOLINTEND(readability-redundant-member-init)
};

outcome delivered();
outcome failed(std::string error_code);

enum class webhook_kind : std::uint8_t {
    scheduled,   ///< by the delivery's end, or a retry
    redelivery,  ///< by hand: the same event again
    ping,        ///< by hand: the sample event
};

/// One attempt to send a webhook, which has ended.
struct webhook_attempt {
    std::uint64_t seq = 0;  ///< over all accounts, in order of ending
    webhook_kind kind = webhook_kind::scheduled;
    std::string account;       ///< the key
    std::string delivery;      ///< its id; "test" of a ping
    std::uint32_t number = 1;  ///< 1 is the first try, 2 the first retry
    std::string url;
    std::string body;       ///< the exact bytes
    std::string signature;  ///< X-NEXO-Signature; empty if a rule left it out
    time_point due_at;
    time_point ended_at;
    int status = 0;                    ///< of the reply; 0 if none came
    std::string error;                 ///< why none came
    std::string reply;                 ///< its first 1,024 bytes
    std::chrono::microseconds took{};  ///< real time

    bool acknowledged() const { return status >= 200 && status < 300; }
};

/// One code that was accepted for sending.
struct delivery {
    std::string id;
    std::uint64_t seq = 0;  ///< over all accounts, in order of acceptance
    std::string account;    ///< the key
    std::string phone;
    std::string code;
    std::string carrier;
    delivery_status status = delivery_status::sent;
    std::string error_code;      ///< empty unless it failed
    std::string carrier_status;  ///< empty while it is sent
    money cost;                  ///< 0 once it was refunded
    wallet drawn;                ///< what was taken for it, whatever became of it
    time_point created_at;
    std::optional<time_point> completed_at;         ///< none while it is sent
    std::string rule;                               ///< that decided; empty if none matched
    bool code_was_read = false;                     ///< the test asked for the code
    std::vector<webhook_attempt> webhook_attempts;  ///< that are remembered
};

/// A code that arrived.
struct sent_code {
    std::string code;
    std::string id;         ///< of the delivery
    std::uint64_t seq = 0;  ///< of the delivery: wait for the one after it
    std::string phone;
    time_point created_at;
};

/// One call of the emulated API. Path, body and reply are kept up to 1,024 bytes each.
struct request {
    std::uint64_t seq = 0;  ///< over all accounts
    time_point at;
    std::string account;  ///< the key; empty if the call belongs to no account
    std::string method;
    std::string path;
    std::string endpoint;          ///< "send-otp", "deliveries", "balance"; empty: none of them
    int status = 0;                ///< of the reply; 0: none was made
    std::string error;             ///< the reply's code; empty if the call was granted
    std::string why;               ///< in words: of a refusal, or of what a rule did to the reply
    std::string rule;              ///< that decided; empty if none did
    bool refused_by_rule = false;  ///< refused or lost because a rule wants it so
    std::string delivery;          ///< its id; empty if there is none
    std::string body;
    std::string reply;
};

/// One thing that an advance of the clock made happen.
struct fired_event {
    time_point at;
    std::string delivery;                   ///< its id
    std::optional<delivery_status> status;  ///< it got this; none: a webhook was tried
    std::uint32_t attempt = 0;              ///< which try of the webhook, from 1
    int webhook_status = 0;                 ///< of the receiver's reply; 0: none came
    std::string webhook_error;              ///< why none came
};

struct advance_result {
    time_point now;
    std::vector<fired_event> fired;  ///< in order of time, the first 10,000
    std::size_t fired_total = 0;
};

/// What verify() looks for.
enum class check : std::uint8_t {
    webhooks,  ///< that were not acknowledged
    codes,     ///< that nobody read, of deliveries that did not fail
    rules,     ///< that decided no call
    requests,  ///< that the API refused, and no rule
};

/// One thing that a test should not leave behind.
struct failure {
    check what = check::webhooks;
    std::string detail;         ///< in words
    std::string account;        ///< masked; empty if it belongs to none
    std::string delivery;       ///< its id; empty if it is about none
    std::string rule;           ///< its name; empty if it is about none
    std::uint64_t request = 0;  ///< its seq; 0 if it is about none
};

/// A line for each, for the message of a test; empty if there are none.
std::string to_string(const std::vector<failure>& failures);

}  // namespace nexo_mock
