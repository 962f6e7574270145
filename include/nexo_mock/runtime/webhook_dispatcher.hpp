#pragma once

#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/net/http_client.hpp>
#include <nexo_mock/runtime/emulator.hpp>

#include <deque>
#include <unordered_map>

namespace nexo_mock::runtime {

/// Sends the webhooks of one worker. Accounts take turns, and each has a bound on what is in
/// flight, so that a receiver that never answers holds up its own account alone. On the worker's
/// thread.
class webhook_dispatcher {
 public:
    static constexpr std::size_t max_in_flight = 256;  ///< of one worker
    static constexpr std::size_t max_in_flight_of_account = 16;
    static constexpr std::size_t max_signers = 1024;       ///< secrets kept ready
    static constexpr std::size_t kept_reply_bytes = 1024;  ///< of a reply, for the records

    webhook_dispatcher(boost::asio::io_context& context, emulator& of, effect_sink& worker);

    void submit(webhook_job job);

    /// After a reset: forgets what waits and ends what is on its way, if it belongs to the past.
    void end_past();

    bool is_idle() const { return in_flight_ == 0 && lines_.empty(); }
    void close_idle_connections() { client_.close_idle(); }

 private:
    struct line {
        std::deque<webhook_job> waiting;
        std::size_t in_flight = 0;
        bool has_turn = false;  // is in turns_, and something waits

        bool is_done() const { return waiting.empty() && in_flight == 0; }
    };

    void give_turn(account_ptr owner, line& of);
    void pump();
    void start(const webhook_job& job);
    void on_reply(const webhook_job& job, const domain::delivery_id& id, net::client_reply reply);
    static void log_attempt(const webhook_job& job, const domain::delivery_id& id,
                            const domain::attempt_outcome& outcome, domain::event_state after);
    void finish(const webhook_job& job);
    net::client_request request_for(const outgoing_webhook& webhook, codec::http_url url);
    const codec::webhook_signer& signer_for(const std::string& secret);

    emulator& emulator_;
    effect_sink& worker_;
    net::http_client client_;
    std::unordered_map<account_ptr, line> lines_;
    std::deque<account_ptr> turns_;
    std::size_t in_flight_ = 0;
    std::unordered_map<std::string, codec::webhook_signer> signers_;
};

}  // namespace nexo_mock::runtime
