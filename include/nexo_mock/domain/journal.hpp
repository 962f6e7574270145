#pragma once

#include <nexo_mock/domain/fault.hpp>
#include <nexo_mock/domain/ring.hpp>
#include <nexo_mock/domain/rule.hpp>
#include <nexo_mock/domain/webhook_ledger.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What happened, for those who ask afterwards. Numbers (`seq`) grow over all accounts.
namespace nexo_mock::domain {

/// One call of the vendor API, as it was answered.
struct call_record {
    static constexpr std::size_t kept_bytes = 1024;  ///< of path, body and reply, each

    std::uint64_t seq = 0;
    time_point at;
    std::string_view method;  ///< static storage
    std::string path;         ///< with its query, as received
    std::optional<endpoint> call;
    int status = 0;        ///< HTTP status; 0: no reply was made
    std::string error;     ///< the reply's code; empty if it was granted
    std::string why;       ///< in words: of a refusal, or of what a rule did to the reply
    std::string rule;      ///< that decided; empty if none did, or the API refused before
    bool by_rule = false;  ///< refused or lost because a rule wants it so
    std::optional<std::uint64_t> delivery;  ///< ordinal in the account
    std::optional<fault_kind> fault;
    duration latency{};
    std::string body;
    std::string reply;
};

/// How an attempt came about.
enum class attempt_kind : std::uint8_t {
    scheduled,   ///< by the delivery's end, or a retry
    redelivery,  ///< by hand: the same event again
    ping,        ///< by hand: the sample event
};

/// One webhook attempt that has ended; it stands for itself, whatever became of its delivery.
struct sent_attempt {
    std::uint64_t seq = 0;
    attempt_kind kind = attempt_kind::scheduled;
    attempt_ref of;  ///< of a redelivery: the attempt that was repeated
    webhook_event event;
    webhook_target_ptr target;
    time_point due;
    time_point ended;
    attempt_outcome outcome;
};

using call_journal = ring<call_record>;
using attempt_journal = ring<sent_attempt>;

}  // namespace nexo_mock::domain
