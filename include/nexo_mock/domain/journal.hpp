#pragma once

#include <nexo_mock/domain/byte_journal.hpp>
#include <nexo_mock/domain/fault.hpp>
#include <nexo_mock/domain/rule.hpp>
#include <nexo_mock/domain/webhook_ledger.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

/// What happened, for those who ask afterwards. Numbers (`seq`) grow over all accounts.
namespace nexo_mock::domain {

/// One call of the vendor API, as it was answered. The texts belong to others: to the call while
/// it is written down, and to the journal it is read from.
struct call_record {
    static constexpr std::size_t kept_bytes = 1024;  ///< of path, body and reply, each

    std::uint64_t seq = 0;
    time_point at;
    std::string_view method;  ///< static storage
    std::string_view path;    ///< with its query, as received
    std::optional<endpoint> call;
    int status = 0;          ///< HTTP status; 0: no reply was made
    std::string_view error;  ///< the reply's code; empty if it was granted
    std::string_view why;    ///< in words: of a refusal, or of what a rule did to the reply
    std::string_view rule;   ///< that decided; empty if none did, or the API refused before
    bool by_rule = false;    ///< refused or lost because a rule wants it so
    std::optional<std::uint64_t> delivery;  ///< ordinal in the account
    std::optional<fault_kind> fault;
    duration latency{};
    std::string_view body;
    std::string_view reply;
};

/// The latest calls. An entry costs its texts and less than 90 bytes.
class call_journal {
 public:
    /// `evicted` went before.
    explicit call_journal(const journal_limits& limits, std::uint64_t evicted = 0)
        : bytes_{limits, evicted} {}

    void push(const call_record& call);

    std::size_t size() const { return bytes_.size(); }
    std::uint64_t evicted() const { return bytes_.evicted(); }
    std::size_t bytes() const { return bytes_.bytes(); }
    /// The n-th from the oldest, which is 0. Its texts are good until the next push().
    call_record operator[](std::size_t nth) const;
    /// The place of the first whose seq is above `after`; size() if there is none.
    std::size_t first_after(std::uint64_t after) const { return bytes_.first_after(after); }

 private:
    byte_journal bytes_;
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

/// The latest attempts. An entry costs its texts and less than 150 bytes; the target is shared.
class attempt_journal {
 public:
    /// `evicted` went before.
    explicit attempt_journal(const journal_limits& limits, std::uint64_t evicted = 0)
        : bytes_{limits, evicted} {}

    void push(const sent_attempt& attempt);

    std::size_t size() const { return bytes_.size(); }
    std::uint64_t evicted() const { return bytes_.evicted(); }
    std::size_t bytes() const { return bytes_.bytes(); }
    /// The n-th from the oldest, which is 0.
    sent_attempt operator[](std::size_t nth) const;
    /// The place of the first whose seq is above `after`; size() if there is none.
    std::size_t first_after(std::uint64_t after) const { return bytes_.first_after(after); }

 private:
    byte_journal bytes_;
};

}  // namespace nexo_mock::domain
