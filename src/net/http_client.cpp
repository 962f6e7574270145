#include <nexo_mock/net/http_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <deque>
#include <exception>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace nexo_mock::net {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using clock = std::chrono::steady_clock;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct connection {
    explicit connection(asio::io_context& context) : socket{context} {}

    tcp::socket socket;
    std::optional<ssl::stream<tcp::socket&>> tls;
    boost::beast::flat_buffer buffer;
    clock::time_point idle_since;
    tcp::resolver* resolver = nullptr;  // while a name is being looked up
    bool is_closed = false;

    void close() {
        is_closed = true;
        if (resolver != nullptr) resolver->cancel();
        error_code ignored;
        socket.close(ignored);
    }

    /// Still open, and nothing was said that nobody asked for. The peer's close shows as readable.
    bool is_usable() {
        if (!socket.is_open() || buffer.size() != 0) return false;
        error_code ec;
        socket.non_blocking(true, ec);
        char byte = 0;
        const auto peek = asio::socket_base::message_peek;
        socket.receive(asio::buffer(&byte, 1), peek, ec);
        return ec == asio::error::would_block;
    }
};

/// What a deadline closes; it outlives the exchange, for its handler may be on its way by then.
struct watched_connection {
    connection* of;
    const client_request* what;
    bool timed_out = false;
};

/// Whatever ends an exchange, it is no longer on its way then.
class registration {
 public:
    using set = std::unordered_set<watched_connection*>;

    registration(set& all, watched_connection& of) : all_{all}, of_{of} { all_.insert(&of_); }
    ~registration() {
        of_.of = nullptr;
        all_.erase(&of_);
    }
    registration(const registration&) = delete;
    registration& operator=(const registration&) = delete;

 private:
    set& all_;
    watched_connection& of_;
};

std::string pool_key(const codec::http_url& url) {
    return (url.is_tls ? "s" : "p") + url.host + ' ' + url.port;
}

/// Errors in words a user knows, where there are such.
std::string explain(const error_code& ec) {
    if (ec == asio::error::connection_refused) return "connection refused";
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
        return "connection reset";
    }
    if (ec == asio::error::operation_aborted) return "cancelled";
    if (ec == asio::error::eof || ec == http::error::end_of_stream ||
        ec == ssl::error::stream_truncated) {
        return "connection closed without a reply";
    }
    if (ec == asio::error::host_not_found || ec == asio::error::host_not_found_try_again) {
        return "host not found";
    }
    if (ec == http::error::partial_message) return "connection closed within the reply";
    if (ec.category() == http::make_error_code(http::error::bad_version).category()) {
        return "no HTTP reply: " + ec.message();
    }
    return ec.message();
}

std::string what_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown failure";
    }
}

}  // namespace

struct http_client::state : std::enable_shared_from_this<state> {
    state(asio::io_context& of, client_settings given) : context{of}, settings{std::move(given)} {
        if (!settings.ca_file.empty()) trust();  // a file that can't be read is told at the start
    }

    /// The settings of TLS, made when they are first needed: reading the system's authorities takes
    /// longer than everything else at the start.
    ssl::context& trust() {
        if (tls) return *tls;
        auto& made = tls.emplace(ssl::context::tls_client);
        made.set_default_verify_paths();
        made.set_verify_mode(settings.insecure ? ssl::verify_none : ssl::verify_peer);
        if (settings.ca_file.empty()) return made;
        error_code ec;
        made.load_verify_file(settings.ca_file, ec);
        if (ec) {
            throw std::invalid_argument{"can't read webhook.ca_file \"" + settings.ca_file +
                                        "\": " + ec.message()};
        }
        return made;
    }

    std::unique_ptr<connection> take_idle(const std::string& key);
    void keep(const std::string& key, std::unique_ptr<connection> of);

    /// Closes, now and then, what was idle too long.
    void sweep();

    asio::awaitable<error_code> open(connection& to, const codec::http_url& url);
    template <class Stream>
    asio::awaitable<error_code> talk(Stream& stream, connection& over, const client_request& what,
                                     client_reply& reply, bool& reusable);
    asio::awaitable<void> exchange(const client_request& what, client_reply& reply);
    static asio::awaitable<client_reply> run(std::shared_ptr<state> self, client_request what);

    asio::io_context& context;
    asio::steady_timer sweeper{context};
    bool sweeps = false;
    client_settings settings;
    std::optional<ssl::context> tls;
    std::unordered_map<std::string, std::deque<std::unique_ptr<connection>>> idle;
    std::unordered_set<watched_connection*> on_their_way;
};

std::unique_ptr<connection> http_client::state::take_idle(const std::string& key) {
    const auto found = idle.find(key);
    if (found == idle.end()) return nullptr;
    auto& kept = found->second;
    const auto oldest = clock::now() - settings.idle;
    while (!kept.empty()) {
        auto candidate = std::move(kept.back());
        kept.pop_back();
        if (candidate->idle_since >= oldest && candidate->is_usable()) return candidate;
    }
    idle.erase(found);
    return nullptr;
}

void http_client::state::keep(const std::string& key, std::unique_ptr<connection> of) {
    of->idle_since = clock::now();
    auto& kept = idle[key];
    while (!kept.empty() && (kept.size() >= settings.idle_per_target ||
                             kept.front()->idle_since < of->idle_since - settings.idle)) {
        kept.pop_front();
    }
    kept.push_back(std::move(of));
    if (!sweeps) sweep();
}

void http_client::state::sweep() {
    sweeps = true;
    sweeper.expires_after(settings.idle);
    sweeper.async_wait([weak = weak_from_this()](const error_code& cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self) return;
        self->sweeps = false;
        const auto oldest = clock::now() - self->settings.idle;
        for (auto target = self->idle.begin(); target != self->idle.end();) {
            auto& kept = target->second;
            while (!kept.empty() && kept.front()->idle_since <= oldest)
                kept.pop_front();
            target = kept.empty() ? self->idle.erase(target) : std::next(target);
        }
        if (!self->idle.empty()) self->sweep();
    });
}

asio::awaitable<error_code> http_client::state::open(connection& to, const codec::http_url& url) {
    error_code is_name;
    const auto address = asio::ip::make_address(url.host, is_name);
    std::vector<tcp::endpoint> endpoints;
    if (is_name) {
        tcp::resolver resolver{context};
        to.resolver = &resolver;
        auto [unknown, found] = co_await resolver.async_resolve(url.host, url.port, as_result);
        to.resolver = nullptr;
        if (unknown) co_return unknown;
        endpoints.assign(found.begin(), found.end());
    } else {
        endpoints.emplace_back(address, static_cast<std::uint16_t>(std::stoul(url.port)));
    }
    if (to.is_closed) co_return asio::error::operation_aborted;  // the time was up meanwhile
    auto [refused, endpoint] = co_await asio::async_connect(to.socket, endpoints, as_result);
    if (refused) co_return refused;
    error_code ignored;
    to.socket.set_option(tcp::no_delay{true}, ignored);
    if (!url.is_tls) co_return error_code{};

    auto& stream = to.tls.emplace(to.socket, trust());
    if (!settings.insecure) {
        stream.set_verify_callback(ssl::host_name_verification{url.host});
    }
    // Servers of several names choose their certificate by this one; addresses have none.
    if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
    auto [untrusted] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
    co_return untrusted;
}

template <class Stream>
asio::awaitable<error_code> http_client::state::talk(Stream& stream, connection& over,
                                                     const client_request& what,
                                                     client_reply& reply, bool& reusable) {
    http::request<http::string_body> message;
    message.method_string(what.method);
    message.target(what.url.target);
    message.version(11);
    message.set(http::field::host, what.url.authority);
    for (const auto& [name, value] : what.headers)
        message.set(name, value);
    message.body() = what.body;
    message.prepare_payload();
    auto [not_sent, sent] = co_await http::async_write(stream, message, as_result);
    if (not_sent) co_return not_sent;

    std::optional<http::response_parser<http::string_body>> parser;
    do {  // 1xx replies announce the real one
        parser.emplace();
        parser->body_limit(settings.reply_bytes);
        if (what.method == "HEAD") parser->skip(true);
        auto [no_header, size] =
            co_await http::async_read_header(stream, over.buffer, *parser, as_result);
        if (no_header == http::error::body_limit) break;  // announced too long: the status is known
        if (no_header) co_return no_header;
    } while (parser->get().result_int() / 100 == 1);

    bool too_long = !parser->is_header_done();
    if (!too_long) {
        auto [no_body, size] = co_await http::async_read(stream, over.buffer, *parser, as_result);
        too_long = no_body == http::error::body_limit;
        // Many servers end a TLS reply by closing, without the notice TLS asks for.
        const bool ended = no_body == ssl::error::stream_truncated && parser->need_eof();
        if (no_body && !too_long && !ended) co_return no_body;
    }
    reply.status = static_cast<int>(parser->get().result_int());
    const auto type = parser->get()[http::field::content_type];
    reply.content_type.assign(type.data(), type.size());
    reply.body = std::move(parser->get().body());
    reusable = !too_long && parser->get().keep_alive();
    co_return error_code{};
}

asio::awaitable<void> http_client::state::exchange(const client_request& what,
                                                   client_reply& reply) {
    const auto key = pool_key(what.url);
    auto over = take_idle(key);
    const bool is_new = over == nullptr;
    if (is_new) over = std::make_unique<connection>(context);

    const auto watched = std::make_shared<watched_connection>();
    watched->of = over.get();
    watched->what = &what;
    const registration registered{on_their_way, *watched};
    asio::steady_timer deadline{context, what.timeout};
    deadline.async_wait([watched](const error_code& cancelled) {
        if (cancelled || watched->of == nullptr) return;
        watched->timed_out = true;
        watched->of->close();
    });

    error_code ec;
    bool reusable = false;
    if (is_new) ec = co_await open(*over, what.url);
    if (!ec && what.is_wanted && !what.is_wanted()) ec = asio::error::operation_aborted;
    if (!ec && over->tls) {
        ec = co_await talk(*over->tls, *over, what, reply, reusable);
    } else if (!ec) {
        ec = co_await talk(over->socket, *over, what, reply, reusable);
    }
    watched->of = nullptr;
    if (watched->timed_out) {
        reply.status = 0;
        reply.error = "timeout";
    } else if (ec) {
        reply.status = 0;
        reply.error = explain(ec);
    } else if (reusable) {
        keep(key, std::move(over));
    }
}

asio::awaitable<client_reply> http_client::state::run(std::shared_ptr<state> self,
                                                      client_request what) {
    const auto began = clock::now();
    client_reply reply;
    co_await self->exchange(what, reply);
    reply.took = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began);
    co_return reply;
}

http_client::http_client(asio::io_context& context, client_settings settings)
    : state_{std::make_shared<state>(context, std::move(settings))} {}

http_client::~http_client() {
    state_->idle.clear();  // its timer ends with what it is of
}

void http_client::send(client_request request, std::function<void(client_reply)> done) {
    auto exchanged = state::run(state_, std::move(request));
    asio::co_spawn(state_->context, std::move(exchanged),
                   [done = std::move(done)](const std::exception_ptr& failure, client_reply reply) {
                       if (failure) reply.error = what_of(failure);
                       done(std::move(reply));
                   });
}

void http_client::cancel_unwanted() {
    for (auto* each : state_->on_their_way) {
        if (each->of == nullptr || !each->what->is_wanted) continue;
        if (!each->what->is_wanted()) each->of->close();
    }
}

void http_client::close_idle() {
    state_->idle.clear();
    state_->sweeper.cancel();  // it would keep the context going
    state_->sweeps = false;
}

}  // namespace nexo_mock::net
