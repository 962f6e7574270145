#pragma once

#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/net/client_reply.hpp>
#include <nexo_mock/net/client_trust.hpp>
#include <nexo_mock/net/input_buffer.hpp>
#include <nexo_mock/net/name_lookup.hpp>
#include <nexo_mock/net/reply_parser.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace nexo_mock::net {

/// Where connections lead to.
struct client_target {
    bool is_tls = false;
    std::string host;  ///< a name or an address
    std::string port;  ///< digits
};

/// What the connections of a client share. It must live as long as the client does.
struct client_services {
    client_trust& trust;
    name_lookup& names;
    const codec::allowed_targets& allowed;  ///< looked at once an address is known, each time
};

/// A request on its way, as its connection sees it; the bytes are in client_connection::output().
struct client_exchange {
    using clock = std::chrono::steady_clock;

    clock::time_point began;
    clock::time_point deadline;
    bool is_head = false;                    ///< a HEAD: its reply has no body
    std::size_t reply_bytes = 0;             ///< of the reply's body; the rest is not read
    std::function<bool()> is_wanted;         ///< asked right before it is sent; null: it is
    std::function<void(client_reply)> done;  ///< of the owner: the connection never calls it
};

/// A connection to one target, and the exchange that is made over it: one at a time, and all of
/// them with the same buffers. It is opened by its first exchange. On the thread of its context.
class client_connection final : public std::enable_shared_from_this<client_connection>,
                                public boost::intrusive::list_base_hook<
                                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
    using error_code = boost::system::error_code;
    using tcp = boost::asio::ip::tcp;

    /// Told once of each exchange, after begin() and end() have returned, that it has ended.
    class owner {
     public:
        virtual ~owner() = default;
        virtual void ended(client_connection& over) = 0;
    };

    client_connection(boost::asio::io_context& context, const client_services& shared,
                      std::weak_ptr<owner> of, client_target to);

    const client_target& target() const { return target_; }

    /// Still open, and nothing was said that nobody asked for.
    bool is_usable();

    /// Empty, for the bytes of the next request.
    std::string& output();
    /// Sends what is in output(), once, and reads the reply. Not while another is under way.
    void begin(client_exchange what);
    /// Ends what is under way with that error, and closes: no handler is waited for.
    void end(std::string why);
    void close();

    bool is_under_way() const { return is_under_way_; }
    client_exchange& exchange() { return exchange_; }
    client_reply& reply() { return reply_; }

 private:
    template <class... Results>
    auto then(void (client_connection::*step)(const error_code&, Results...));
    template <class Step>
    void take(Step step);
    void tell();
    void tell_soon();

    void connect();
    void look_up();
    void on_resolved(const error_code& ec, const name_lookup::addresses& found);
    void refuse(const name_lookup::addresses& found);
    void on_connected(const error_code& ec, const tcp::endpoint& to);
    void on_handshake(const error_code& ec);
    void send_request();
    void on_written(const error_code& ec, std::size_t size);
    void expect_reply();
    void read();
    void on_read(const error_code& ec, std::size_t size);
    void parse();
    void on_endless_reply();
    void on_end_of_input();
    void finish(bool may_go_on);
    void fail(const error_code& ec) { conclude(explain_failure(ec)); }
    void conclude(std::string failure);

    tcp::socket socket_;
    std::optional<client_trust::stream> tls_;
    std::optional<name_lookup::ticket> lookup_;  // while a name is looked up
    client_services shared_;
    std::weak_ptr<owner> owner_;
    client_target target_;
    input_buffer input_;
    std::string output_;
    std::optional<reply_parser> parser_;
    std::size_t received_ = 0;  // of the reply, interim ones included
    client_reply reply_;
    client_exchange exchange_;
    bool is_under_way_ = false;
};

}  // namespace nexo_mock::net
