#pragma once

#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/net/http_client.hpp>
#include <nexo_mock/runtime/emulator.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace nexo_mock::runtime {

/// Sends the webhooks of one worker, what became due earlier first. Accounts take turns, and each
/// has a bound on what is in flight, so that a receiver that never answers holds up its own account
/// alone. The bound grows as the receiver answers and others leave room: see may_start(). Accounts
/// whose receivers are slow have a bound together, and so do those of whom nothing is known yet,
/// so that no crowd of either takes the room of the others. On the worker's thread.
class webhook_dispatcher {
 public:
    static constexpr std::size_t max_in_flight = 512;            ///< of one worker
    static constexpr std::size_t max_in_flight_of_account = 16;  ///< of a receiver not yet known
    static constexpr std::size_t kept_for_others = 384;          ///< of one worker, beyond those 16
    static constexpr std::size_t max_in_flight_unproven = 384;   ///< of accounts slow or not known
    static constexpr std::size_t max_in_flight_slow = 256;       ///< of those that are slow
    static constexpr std::chrono::seconds slow{1};    ///< an attempt that took longer was slow
    static constexpr std::size_t max_known = 4096;    ///< accounts that are known without a webhook
    static constexpr std::size_t max_targets = 1024;  ///< receivers and secrets kept ready
    static constexpr std::size_t kept_reply_bytes = 1024;  ///< of a reply, for the records

    webhook_dispatcher(boost::asio::io_context& context, emulator& of, effect_sink& worker);

    /// The attempt is made once what the worker does now is done, at the earliest.
    void submit(webhook_job job);

    /// After a reset: forgets what waits and ends what is on its way, if it belongs to the past.
    void end_past();

    bool is_idle() const { return in_flight_ == 0 && lines_.size() == quiet_; }
    void close_idle_connections() { client_.close_idle(); }

 private:
    /// What the last attempt of an account says of its receiver.
    enum class standing : std::uint8_t { prompt, unknown, slow };
    static constexpr std::array all_standings{standing::prompt, standing::unknown, standing::slow};

    /// What one account has to send.
    struct line {
        account_ptr of;
        std::deque<webhook_job> waiting;
        std::size_t in_flight = 0;
        /// How many more than max_in_flight_of_account its receiver has earned by answering.
        std::size_t earned = 0;
        standing known_as = standing::unknown;
        bool has_turn = false;  // is in a queue of turns_, and something waits

        bool is_done() const { return waiting.empty() && in_flight == 0; }
    };

    /// An attempt on its way.
    struct attempt {
        webhook_job job;
        line* of = nullptr;
        std::optional<domain::delivery_id> id;  // once it began
    };

    /// A webhook_target as it is used, made once.
    struct prepared_target {
        std::optional<codec::http_url> url;  // none: it is no URL
        codec::webhook_signer signer;
    };

    std::size_t& in_flight_of(standing which);
    std::deque<line*>& turns_of(standing which);
    bool has_room(standing which);
    bool may_start(const line& of) const;
    void give_turn(line& of);
    void pump_soon();
    void pump();
    bool pump_one(standing which);
    void judge(line& of, const net::client_reply& reply);
    void forget_quiet_ones();
    attempt& take_off(line& from);
    void start(attempt& made);
    void send(attempt& made, const outgoing_webhook& webhook);
    void on_reply(attempt& made, net::client_reply reply);
    void record(const attempt& made, net::client_reply reply);
    static void log_attempt(const attempt& made, const domain::attempt_outcome& outcome,
                            domain::event_state after);
    void land(attempt& made);
    const prepared_target& prepared(const domain::webhook_target_ptr& target);

    emulator& emulator_;
    effect_sink& worker_;
    net::http_client client_;
    net::client_request request_;  // used again and again
    std::unordered_map<account_ptr, line> lines_;
    std::array<std::deque<line*>, all_standings.size()> turns_;
    std::array<std::size_t, all_standings.size()> in_flight_by_standing_{};
    std::size_t quiet_ = 0;  // of lines_, those with nothing to send
    std::deque<attempt> attempts_;
    std::vector<attempt*> spare_;  // those of attempts_ that are not on their way
    std::size_t in_flight_ = 0;
    bool pumps_soon_ = false;
    std::unordered_map<domain::webhook_target_ptr, prepared_target> targets_;
};

}  // namespace nexo_mock::runtime
