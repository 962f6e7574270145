#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bench {

/// What a receiver that misbehaves does with a webhook.
enum class misdeed : unsigned char { none, error, unavailable, gone, reset, close, silence };

/// The fate of all webhooks of one delivery, a function of its id: half are taken at once, of the
/// others most at the second or third attempt, and one in ten never.
struct webhook_fate {
    static constexpr std::uint32_t never = 1000;
    std::uint32_t failures = 0;  ///< attempts that fail before one is taken
    bool is_gone = false;        ///< the first is answered with 410, which ends it
    bool is_silent = false;      ///< the first is not answered at all
    std::size_t first_turn = 0;  ///< how it fails; later ones take the ways that follow
};
/// `hangs_one_in`: so many deliveries to one whose first attempt is not answered at all.
webhook_fate fate_of(std::string_view id, std::uint64_t hangs_one_in);
/// How an attempt of that fate is answered, from 1.
misdeed answer_to(const webhook_fate& fate, std::uint32_t attempt);

/// The books of a receiver of webhooks, independent of the sender's: what came for each account,
/// what was answered, and what should not have come. Each delivery is expected to end once.
class webhook_books {
 public:
    /// `most_attempts`: of one webhook; after so many the sender has to give up.
    webhook_books(std::uint32_t most_attempts, std::uint64_t hangs_one_in)
        : most_attempts_{most_attempts}, hangs_one_in_{hangs_one_in} {}

    /// Enters a webhook, and answers what to do with it. Throws std::runtime_error if its body has
    /// no id, type or cost.
    misdeed enter(const std::string& account, std::string_view body);

    /// As a JSON object, by account.
    std::string to_json() const;

 private:
    using id_bits = std::array<std::uint64_t, 2>;
    struct id_hash {
        std::size_t operator()(const id_bits& id) const { return id[0] ^ id[1]; }
    };
    struct entry {
        std::uint32_t body_hash = 0;
        std::uint8_t attempts = 0;
        bool has_ended = false;
    };
    struct account_books {
        std::uint64_t webhooks = 0;      // attempts that came
        std::uint64_t deliveries = 0;    // told of
        std::uint64_t delivered = 0;     // of these
        std::uint64_t failed = 0;        // of these
        std::int64_t cost_micros = 0;    // told of these
        std::uint64_t acknowledged = 0;  // with 2xx
        std::uint64_t refused = 0;       // for good: with 410, or at the last attempt
        std::uint64_t late = 0;          // attempts after the end of their webhook
        std::uint64_t altered = 0;       // attempts that told something else than the one before
        std::array<std::uint64_t, 7> misdeeds{};  // by misdeed
    };

    void open(account_books& of, entry& made, std::string_view body);
    misdeed end_attempt(account_books& of, entry& to, const webhook_fate& fate) const;

    std::uint32_t most_attempts_;
    std::uint64_t hangs_one_in_;
    std::map<std::string, account_books> accounts_;
    std::unordered_map<id_bits, entry, id_hash> entries_;
};

}  // namespace bench
