#pragma once

#include <nexo_mock/net/limits.hpp>
#include <nexo_mock/net/request_handler.hpp>
#include <nexo_mock/net/response_writer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace nexo_mock::net {

/// A connection as its worker keeps track of it.
class tracked_session : public boost::intrusive::list_base_hook<
                            boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
    virtual ~tracked_session() = default;

    /// Closes if the current phase's time is up.
    virtual void check_deadline(std::uint64_t tick) = 0;
    /// Answers what has arrived, then closes; at once if nothing has.
    virtual void drain() = 0;
    /// Closes if the reply that is held up belongs to the time before a reset.
    virtual void end_past() = 0;
    virtual void abort() = 0;
    /// Its turn has come, see session_set::read_later().
    virtual void read_on() = 0;
    /// The same, see session_set::serve_later().
    virtual void serve_on() = 0;
};

/// The connections of one worker, and what they share. All of it on the worker's thread.
class session_set {
 public:
    session_set(boost::asio::io_context& context, request_handler& handler, const limits& bounds);

    /// Serves a connection until it ends, through TLS if `tls` is given; it must outlive the set.
    void adopt(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls = nullptr);

    /// From now on every connection is closed when what arrived on it is answered.
    void drain();
    /// Closes those whose reply is held up and belongs to the time before a reset.
    void end_past();
    /// Closes all of them now.
    void abort();
    bool is_empty() const { return sessions_.empty(); }
    /// Any thread may ask.
    std::size_t size() const { return size_; }

    // --- for the sessions

    request_handler& handler() { return handler_; }
    const limits& bounds() const { return limits_; }
    bool is_draining() const { return draining_; }
    const shared_headers& headers() const { return headers_; }
    /// The tick at which something that starts now has lasted that long.
    std::uint64_t deadline_after(std::chrono::milliseconds time) const;
    void track(tracked_session& session);
    void forget() { --size_; }
    /// Lets it read on once all that are ready now have been served: by then its client may have
    /// said more. A read at once would find nothing, and cost a system call.
    void read_later(std::shared_ptr<tracked_session> session);
    /// Lets it answer the next of the requests that have come, after those of clients who send one
    /// at a time: however many send more than that, and however much, the others hardly notice.
    void serve_later(std::shared_ptr<tracked_session> session);

 private:
    void sweep();
    void take_turns();
    void serve_some();
    void serve_some_soon();

    using session_list =
        boost::intrusive::list<tracked_session, boost::intrusive::constant_time_size<false>>;

    request_handler& handler_;
    limits limits_;
    session_list sessions_;
    std::atomic<std::size_t> size_ = 0;
    std::vector<std::shared_ptr<tracked_session>> turns_;  // who reads on, in order
    std::size_t next_turn_ = 0;                            // place in turns_
    std::deque<std::shared_ptr<tracked_session>> busy_;    // whose requests wait
    bool takes_turns_soon_ = false;
    bool draining_ = false;
    std::uint64_t tick_ = 0;
    shared_headers headers_;
    boost::asio::steady_timer timer_;
};

}  // namespace nexo_mock::net
