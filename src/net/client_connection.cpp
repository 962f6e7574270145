#include <nexo_mock/net/client_connection.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <exception>
#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t most_head_bytes = 16 * 1024;     // a header, or the head of a chunk
constexpr std::size_t most_bytes_beside = 256 * 1024;  // interim replies, heads of chunks, trailer

domain::ip_address bytes_of(const asio::ip::address& address) {
    return address.is_v4() ? domain::ip_address::v4(address.to_v4().to_bytes())
                           : domain::ip_address{address.to_v6().to_bytes()};
}

/// Of async_connect, which says no more than "aborted" where it got no socket at all.
boost::system::error_code why_not_connected(const boost::system::error_code& ec,
                                            const asio::any_io_executor& executor) {
    if (ec != asio::error::operation_aborted) return ec;
    boost::system::error_code why;
    asio::ip::tcp::socket{executor}.open(asio::ip::tcp::v4(), why);
    return why ? why : ec;
}

}  // namespace

client_connection::client_connection(asio::io_context& context, const client_services& shared,
                                     std::weak_ptr<owner> of, client_target to)
    : socket_{context}, shared_{shared}, owner_{std::move(of)}, target_{std::move(to)} {}

// The peer's close shows as readable, like what it says.
bool client_connection::is_usable() {
    if (!socket_.is_open() || !input_.is_empty()) return false;
    error_code ec;
    char byte = 0;
    socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ec);
    return ec == asio::error::would_block;
}

std::string& client_connection::output() {
    output_.clear();
    return output_;
}

void client_connection::close() {
    if (lookup_) shared_.names.forget(*std::exchange(lookup_, std::nullopt));
    error_code ignored;
    socket_.close(ignored);
}

// --- how an exchange goes on, and ends

/// The handler of an operation: goes on with `step` unless the exchange has ended meanwhile.
template <class... Results>
auto client_connection::then(void (client_connection::*step)(const error_code&, Results...)) {
    return [self = shared_from_this(), step](const error_code& ec, Results... results) {
        if (!self->is_under_way_) return;
        self->take([&] { ((*self).*step)(ec, results...); });
        if (!self->is_under_way_) self->tell();
    };
}

/// Whatever a step throws ends the exchange.
template <class Step>
void client_connection::take(Step step) {
    try {
        step();
    } catch (const std::exception& e) {
        conclude(e.what());
    } catch (...) {
        conclude("unknown failure");
    }
}

void client_connection::begin(client_exchange what) {
    exchange_ = std::move(what);
    reply_ = {};
    is_under_way_ = true;
    take([this] {
        if (socket_.is_open()) return send_request();
        connect();
    });
    if (!is_under_way_) tell_soon();
}

void client_connection::end(std::string why) {
    if (!is_under_way_) return;
    const auto self = shared_from_this();  // what is waited for may be all that holds it
    conclude(std::move(why));
    tell_soon();
}

void client_connection::finish(bool may_go_on) {
    reply_.is_kept = may_go_on && parser_->keep_alive() && input_.is_empty();
    conclude({});
}

void client_connection::conclude(std::string failure) {
    is_under_way_ = false;
    unlink();
    exchange_.is_wanted = nullptr;
    if (!failure.empty()) {
        reply_ = {};
        reply_.error = std::move(failure);
    }
    if (!reply_.is_kept) close();
}

void client_connection::tell() {
    if (const auto of = owner_.lock()) of->ended(*this);
}

// Whoever begins or ends an exchange is not called back from within.
void client_connection::tell_soon() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->tell(); });
}

// --- the steps of an exchange

void client_connection::connect() {
    error_code is_name;
    const auto address = asio::ip::make_address(target_.host, is_name);
    if (!is_name) return on_resolved({}, {address});
    look_up();
}

// A name that is not allowed, wherever it leads, is not even asked for.
void client_connection::look_up() {
    if (!shared_.allowed.may_lead_to(target_.host, target_.port)) {
        return conclude("not allowed: --webhook-allow does not have " + target_.host + ':' +
                        target_.port);
    }
    lookup_ = shared_.names.ask(
        target_.host, then<const name_lookup::addresses&>(&client_connection::on_resolved));
}

// Here, and not by the name: whoever owns a name decides anew with each lookup where it leads.
void client_connection::on_resolved(const error_code& ec, const name_lookup::addresses& found) {
    lookup_.reset();
    if (ec) return fail(ec);
    const auto port = static_cast<std::uint16_t>(std::stoul(target_.port));
    std::vector<tcp::endpoint> allowed;
    for (const auto& each : found) {
        const bool may = shared_.allowed.allow(target_.host, target_.port, bytes_of(each));
        if (may) allowed.emplace_back(each, port);
    }
    if (allowed.empty()) return refuse(found);
    asio::async_connect(socket_, allowed, then(&client_connection::on_connected));
}

void client_connection::refuse(const name_lookup::addresses& found) {
    if (found.empty()) return fail(asio::error::host_not_found);
    std::string where;
    for (const auto& each : found) {
        const auto text = each.to_string();
        if (where.find(text) == std::string::npos) where += (where.empty() ? "" : ", ") + text;
    }
    const bool is_name = where != target_.host;
    conclude(
        "not allowed: " + (is_name ? target_.host + " is " + where + ", and " : std::string{}) +
        "--webhook-allow does not have " + (is_name ? "that address" : where) + " on port " +
        target_.port);
}

void client_connection::on_connected(const error_code& ec, const tcp::endpoint&) {
    if (ec) return fail(why_not_connected(ec, socket_.get_executor()));
    error_code ignored;
    socket_.set_option(tcp::no_delay{true}, ignored);
    socket_.non_blocking(true);
    if (!target_.is_tls) return send_request();
    shared_.trust.open(tls_, socket_, target_.host);
    tls_->async_handshake(asio::ssl::stream_base::client, then(&client_connection::on_handshake));
}

void client_connection::on_handshake(const error_code& ec) {
    if (ec) return fail(ec);
    send_request();
}

// A request nearly always fits into what the system takes at once.
void client_connection::send_request() {
    if (exchange_.is_wanted && !exchange_.is_wanted()) return fail(asio::error::operation_aborted);
    auto unsent = asio::buffer(std::as_const(output_));
    if (tls_) return asio::async_write(*tls_, unsent, then(&client_connection::on_written));
    error_code ec;
    unsent += socket_.write_some(unsent, ec);
    if (ec && ec != asio::error::would_block) return fail(ec);
    if (unsent.size() == 0) return expect_reply();
    asio::async_write(socket_, unsent, then(&client_connection::on_written));
}

void client_connection::on_written(const error_code& ec, std::size_t) {
    if (ec) return fail(ec);
    expect_reply();
}

void client_connection::expect_reply() {
    parser_.emplace(reply_, exchange_.reply_bytes);
    if (exchange_.is_head) parser_->skip(true);
    received_ = 0;
    read();
}

void client_connection::read() {
    auto next = then(&client_connection::on_read);
    if (tls_) return tls_->async_read_some(input_.room(), std::move(next));
    socket_.async_read_some(input_.room(), std::move(next));
}

// Many servers end a TLS reply by closing, without the notice TLS asks for.
void client_connection::on_read(const error_code& ec, std::size_t size) {
    if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated) {
        return on_end_of_input();
    }
    if (ec) return fail(ec);
    input_.add(size);
    received_ += size;
    parse();
}

void client_connection::parse() {
    while (!input_.is_empty()) {
        error_code ec;
        const auto consumed = parser_->put(input_.unread(), ec);
        input_.take(consumed);
        if (ec == http::error::body_limit) return finish(false);
        if (ec && ec != http::error::need_more) return fail(ec);
        const bool too_long = consumed == 0 && input_.size() >= most_head_bytes;
        if (too_long) return fail(http::error::header_limit);
        if (!parser_->is_done()) break;
        if (!parser_->is_interim()) return finish(true);
        parser_.emplace(reply_, exchange_.reply_bytes);
        if (exchange_.is_head) parser_->skip(true);
    }
    if (received_ > exchange_.reply_bytes + most_bytes_beside) return on_endless_reply();
    read();
}

// Without end and yet without a body that is too long: interim replies, or chunks that are all
// head, as fast as they can be sent. As with a long body, a status that is known counts.
void client_connection::on_endless_reply() {
    if (parser_->is_header_done()) return finish(false);
    conclude("no HTTP reply: nothing but interim replies");
}

void client_connection::on_end_of_input() {
    if (!parser_->got_some()) return fail(http::error::end_of_stream);
    error_code ec;
    parser_->put_eof(ec);
    if (ec) return fail(ec);
    finish(false);
}

}  // namespace nexo_mock::net
