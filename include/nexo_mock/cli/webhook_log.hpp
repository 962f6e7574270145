#pragma once

#include <nexo_mock/cli/terminal.hpp>
#include <nexo_mock/codec/signature_diagnosis.hpp>
#include <nexo_mock/domain/time.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::cli {

/// What is known of a request that `listen` received.
struct received_webhook {
    domain::time_point at;
    std::string body;
    codec::signature_diagnosis signature;
    int reply = 0;
    std::string error;          ///< why the application gave no reply
    std::size_t copy = 1;       ///< how many times it has come by now; of one that is genuine
    bool is_duplicate = false;  ///< it had been acknowledged before

    // Of the body; empty where it does not say.
    std::string event;
    std::string id;
    std::string phone;
    std::string status;
    std::string error_code;

    bool is_genuine() const { return signature.fits(); }
    bool is_acknowledged() const { return reply / 100 == 2; }
    /// Takes what the body says; anything may be in it.
    void read_body();
};

/// One line, and one more for each thing that is wrong with the signature. What came from outside
/// can't play tricks on a terminal.
std::string as_text(const received_webhook& webhook, const painter& paint);

/// One object on one line.
std::string as_json(const received_webhook& webhook);

/// Remembers which webhooks have come before, the last 10,000.
class webhook_memory {
 public:
    /// Fills in which copy it is and whether it is a duplicate.
    void recognize(received_webhook& webhook);
    /// Once it was answered.
    void note_reply(const received_webhook& webhook);

 private:
    struct entry {
        std::size_t copies = 0;
        bool is_acknowledged = false;
    };
    static std::string name_of(const received_webhook& webhook);

    std::map<std::string, entry, std::less<>> known_;
    std::deque<std::string> order_;
};

}  // namespace nexo_mock::cli
