#include "scripted_server.hpp"
#include <nexo_mock/net/http_client.hpp>

#include <boost/asio/read.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace nexo_mock;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using std::chrono::steady_clock;

namespace {

constexpr auto patience = 30s;
constexpr const char* fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen";

net::client_settings settings_with(std::size_t reply_bytes) {
    net::client_settings settings;
    settings.reply_bytes = reply_bytes;
    return settings;
}

/// A client and a server that share a context.
struct exchange {
    explicit exchange(std::vector<scripted_server::answer> script,
                      const net::client_settings& settings = {})
        : server{context, std::move(script)} {
        client.emplace(context, settings);
    }

    codec::http_url url(const std::string& host = "127.0.0.1") const {
        const auto port = std::to_string(server.port());
        return codec::http_url::parse("http://" + host + ":" + port + "/hook?a=b").value();
    }
    /// Begins a request; the answer goes where the n-th is kept.
    std::size_t begin(const net::client_request& what = {}) {
        const auto nth = replies.size();
        replies.emplace_back();
        client->send(url(), what,
                     [this, nth](net::client_reply reply) { replies[nth] = std::move(reply); });
        return nth;
    }
    const net::client_reply& wait_for(std::size_t nth) {
        run_until([&] { return replies[nth].has_value(); });
        return *replies[nth];
    }
    net::client_reply send(const net::client_request& what = {}) { return wait_for(begin(what)); }

    void run_until(const std::function<bool()>& holds) {
        const auto end = steady_clock::now() + patience;
        while (!holds()) {
            context.restart();
            context.run_one_until(end);
            REQUIRE(steady_clock::now() < end);
        }
    }

    asio::io_context context{1};
    scripted_server server;
    std::optional<net::http_client> client;
    std::vector<std::optional<net::client_reply>> replies;
};

net::client_request with_timeout(std::chrono::milliseconds timeout) {
    net::client_request request;
    request.timeout = timeout;
    return request;
}

}  // namespace

TEST_CASE("a request goes out as it was given, and the reply comes back") {
    exchange test{
        {{"HTTP/1.1 201 Created\r\nContent-Type: text/x\r\nContent-Length: 4\r\n\r\nseen"}}};
    net::client_request request;
    request.add_header("X-First", "1");
    request.add_header("X-Second", "two");
    request.body = "body";
    const auto reply = test.send(request);
    CHECK(test.server.requests().front() ==
          "POST /hook?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(test.server.port()) +
              "\r\nX-First: 1\r\nX-Second: two\r\nContent-Length: 4\r\n\r\nbody");
    CHECK(reply.status == 201);
    CHECK(reply.error.empty());
    CHECK(reply.body == "seen");
    CHECK(reply.content_type == "text/x");
    CHECK(reply.took > 0us);
    CHECK(reply.is_kept);
}

TEST_CASE("a GET says nothing of a body, a POST without one says so") {
    exchange test{{{fine}}};
    net::client_request request;
    test.send(request);
    request.method = "GET";
    test.send(request);
    CHECK(test.server.requests()[0].ends_with("\r\nContent-Length: 0\r\n\r\n"));
    CHECK(test.server.requests()[1].find("Content-Length") == std::string::npos);
}

TEST_CASE("the reply to a HEAD ends with its header") {
    exchange test{{{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"}}};
    net::client_request request;
    request.method = "HEAD";
    for (int i = 0; i < 2; ++i) {
        const auto reply = test.send(request);
        CHECK(reply.status == 200);
        CHECK(reply.body.empty());
    }
    CHECK(test.server.connections() == 1);
}

TEST_CASE("a connection serves one request after another, and as many as are sent at once") {
    exchange test{{{fine}}};
    for (int i = 0; i < 10; ++i)
        CHECK(test.send().status == 200);
    CHECK(test.server.connections() == 1);
    const auto first = test.begin();
    const auto second = test.begin();
    test.wait_for(first);
    test.wait_for(second);
    CHECK(test.server.connections() == 2);
}

TEST_CASE("a connection that the server wants closed, or may want closed, is not used again") {
    const std::string closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    const std::string old = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";
    const std::string talkative = std::string{fine} + "HTTP/1.1 200";
    for (const auto& text : {closing, old, talkative}) {
        CAPTURE(text);
        exchange test{{{text}}};
        CHECK_FALSE(test.send().is_kept);
        CHECK(test.send().status == 200);
        CHECK(test.server.connections() == 2);
    }
}

TEST_CASE("a connection that died while it was idle is replaced before it is used") {
    exchange test{{{fine, true}, {fine}}};
    CHECK(test.send().is_kept);
    CHECK(test.send().status == 200);
    CHECK(test.server.requests().size() == 2);
    CHECK(test.server.connections() == 2);
}

TEST_CASE("what a server says unasked ends the use of its connection") {
    exchange test{{{fine}}};
    test.send();
    asio::write(test.server.connection(0), asio::buffer(std::string{fine}));
    CHECK(test.send().status == 200);
    CHECK(test.server.connections() == 2);
}

TEST_CASE("a connection that was idle for too long is closed") {
    net::client_settings settings;
    settings.idle = 20ms;
    exchange test{{{fine}}, settings};
    test.send();
    auto& served = test.server.connection(0);
    bool closed = false;
    served.cancel();
    served.async_wait(tcp::socket::wait_read, [&](const boost::system::error_code& ec) {
        closed = !ec;  // readable: nothing but the end can come
    });
    test.run_until([&] { return closed; });
}

TEST_CASE("of connections beyond the bound the oldest is closed") {
    net::client_settings settings;
    settings.idle_per_target = 1;
    exchange test{{{fine}}, settings};
    test.begin();
    test.wait_for(test.begin());
    test.wait_for(0);
    test.begin();
    test.wait_for(test.begin());
    test.wait_for(2);
    CHECK(test.server.connections() == 3);
}

TEST_CASE("interim replies are passed over") {
    exchange test{{{std::string{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                                "Content-Type: early\r\n\r\n"} +
                    fine}}};
    const auto reply = test.send();
    CHECK(reply.status == 200);
    CHECK(reply.body == "seen");
    CHECK(reply.content_type.empty());
    CHECK(reply.is_kept);
}

TEST_CASE("a reply may come in any pieces") {
    exchange test{{{fine, false, true}}};
    CHECK(test.send().body == "seen");
    CHECK(test.send().body == "seen");
    CHECK(test.server.connections() == 1);
}

TEST_CASE("a reply without a length ends with its connection") {
    exchange test{{{"HTTP/1.1 200 OK\r\n\r\nall of it", true}}};
    const auto reply = test.send();
    CHECK(reply.status == 200);
    CHECK(reply.body == "all of it");
    CHECK_FALSE(reply.is_kept);
}

TEST_CASE("a body beyond the bound is not read, and its status counts") {
    const std::string announced = "HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\n";
    const std::string chunked =
        "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n";
    const std::string endless = "HTTP/1.1 503 No\r\n\r\n123456789";
    for (const auto& text : {announced, chunked, endless}) {
        CAPTURE(text);
        exchange test{{{text}}, settings_with(8)};
        const auto reply = test.send();
        CHECK(reply.status == 503);
        CHECK(reply.error.empty());
        CHECK(reply.body.size() <= 8);
        CHECK_FALSE(reply.is_kept);
    }
}

TEST_CASE("what fails an exchange is told in words") {
    const auto error_of = [](const scripted_server::answer& answer) {
        return exchange{{answer}}.send().error;
    };
    CHECK(error_of({"", true}) == "connection closed without a reply");
    CHECK(error_of({"HTTP/1.1 100 Continue\r\n\r\n", true}) == "connection closed without a reply");
    CHECK(error_of({"HTTP/1.1 200 OK\r\nConte", true}) == "connection closed within the reply");
    CHECK(error_of({"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nse", true}) ==
          "connection closed within the reply");
    CHECK(error_of({"SSH-2.0-OpenSSH_9.2\r\n\r\n"}).starts_with("no HTTP reply: "));
    CHECK(error_of({"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')})
              .starts_with("no HTTP reply: "));
}

TEST_CASE("a server that is not there refuses") {
    exchange test{{{fine}}};
    const auto gone = test.url();
    test.server.stop();
    std::optional<net::client_reply> reply;
    test.client->send(gone, {}, [&](net::client_reply came) { reply = std::move(came); });
    test.run_until([&] { return reply.has_value(); });
    CHECK(reply->status == 0);
    CHECK(reply->error == "connection refused");
}

TEST_CASE("names are looked up") {
    exchange test{{{fine}}};
    std::optional<net::client_reply> reply;
    test.client->send(test.url("localhost"), {},
                      [&](net::client_reply came) { reply = std::move(came); });
    test.run_until([&] { return reply.has_value(); });
    CHECK(reply->status == 200);
}

TEST_CASE("a name that hangs ends with its exchange, and holds up no other") {
    struct hung {
        std::promise<void> goes_on;
        std::shared_future<void> gate = goes_on.get_future().share();
    };
    const auto name_server = std::make_shared<hung>();
    net::client_settings settings;
    settings.resolve = [name_server](const std::string& name, boost::system::error_code&) {
        if (name == "hang.test") name_server->gate.wait();
        return net::name_lookup::addresses{asio::ip::make_address("127.0.0.1")};
    };
    {
        exchange test{{{fine}}, settings};
        std::vector<std::string> ends;
        test.client->send(test.url("hang.test"), with_timeout(100ms),
                          [&](const net::client_reply& came) { ends.push_back(came.error); });
        test.client->send(test.url("fine.test"), {}, [&](const net::client_reply& came) {
            ends.push_back(std::to_string(came.status));
        });
        test.run_until([&] { return ends.size() == 2; });
        CHECK(ends == std::vector<std::string>{"200", "timeout"});
    }
    name_server->goes_on.set_value();
}

TEST_CASE("where a connection may lead is decided by the address, each time anew") {
    auto answer = std::make_shared<std::string>("127.0.0.1");
    net::client_settings settings;
    settings.allowed.add("app.test,127.0.0.0/30");
    settings.resolve = [answer](const std::string&, boost::system::error_code&) {
        return net::name_lookup::addresses{asio::ip::make_address(*answer)};
    };
    exchange test{{{fine, true}}, settings};
    const auto error_of = [&](const std::string& host) {
        std::optional<net::client_reply> reply;
        test.client->send(test.url(host), {},
                          [&](net::client_reply came) { reply = std::move(came); });
        test.run_until([&] { return reply.has_value(); });
        return reply->error;
    };
    const auto port = std::to_string(test.server.port());
    CHECK(error_of("app.test").empty());
    *answer = "127.0.0.4";
    CHECK(error_of("app.test") ==
          "not allowed: app.test is 127.0.0.4, and --webhook-allow does "
          "not have that address on port " +
              port);
    CHECK(error_of("127.0.0.4") ==
          "not allowed: --webhook-allow does not have 127.0.0.4 on port " + port);
    CHECK(test.server.connections() == 1);
}

TEST_CASE("a name that is not allowed is not looked up") {
    net::client_settings settings;
    settings.allowed.add("app.test");
    bool asked = false;
    settings.resolve = [&](const std::string&, boost::system::error_code&) {
        asked = true;
        return net::name_lookup::addresses{};
    };
    exchange test{{{fine}}, settings};
    std::optional<net::client_reply> reply;
    test.client->send(test.url("other.test"), {},
                      [&](net::client_reply came) { reply = std::move(came); });
    test.run_until([&] { return reply.has_value(); });
    CHECK(reply->error.starts_with("not allowed: --webhook-allow does not have other.test:"));
    CHECK_FALSE(asked);
}

TEST_CASE("a reply that never ends is read up to a bound") {
    std::string interim;
    for (int i = 0; i < 100'000; ++i)
        interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
    CHECK(exchange{{{interim}}}.send().error == "no HTTP reply: nothing but interim replies");

    std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 10'000; ++i)
        chunks += "1;" + std::string(200, 'e') + "\r\n.\r\n";
    const auto reply = exchange{{{chunks}}}.send();
    CHECK(reply.status == 200);
    CHECK_FALSE(reply.is_kept);
}

TEST_CASE("a body that no buffer of the system takes at once is sent whole") {
    exchange test{{{fine}}};
    net::client_request request;
    request.body.assign(8 * 1024 * 1024, 'x');
    REQUIRE(test.send(request).status == 200);
    CHECK(test.server.requests().front().size() > request.body.size());
}

TEST_CASE("each exchange ends at its own time-out, whichever began first") {
    exchange test{{{""}}};
    const auto began = steady_clock::now();
    const auto longest = test.begin(with_timeout(10min));
    const auto second = test.begin(with_timeout(60ms));
    const auto first = test.begin(with_timeout(30ms));
    CHECK(test.wait_for(first).error == "timeout");
    CHECK(steady_clock::now() - began >= 30ms);
    CHECK_FALSE(test.replies[second].has_value());
    CHECK(test.wait_for(second).error == "timeout");
    CHECK(steady_clock::now() - began >= 60ms);
    CHECK_FALSE(test.replies[longest].has_value());
    CHECK(test.replies[first]->status == 0);
    CHECK(test.replies[first]->took >= 30ms);
}

TEST_CASE("what is not wanted any more is not sent, and its end is not told from within") {
    exchange test{{{fine}}};
    test.send();  // leaves a connection on which the next could be sent at once
    net::client_request request;
    request.is_wanted = [] { return false; };
    const auto nth = test.begin(request);
    CHECK_FALSE(test.replies[nth].has_value());
    CHECK(test.wait_for(nth).error == "cancelled");
    CHECK(test.server.requests().size() == 1);
}

TEST_CASE("what becomes unwanted on its way is ended, and the rest goes on") {
    exchange test{{{""}, {""}, {fine}}};
    bool wanted = true;
    net::client_request request;
    request.is_wanted = [&] { return wanted; };
    const auto unwanted = test.begin(request);
    test.run_until([&] { return test.server.requests().size() == 1; });
    const auto other = test.begin();
    test.run_until([&] { return test.server.requests().size() == 2; });
    wanted = false;
    test.client->cancel_unwanted();
    CHECK(test.wait_for(unwanted).error == "cancelled");
    CHECK_FALSE(test.replies[other].has_value());
    CHECK(test.send().status == 200);
}

TEST_CASE("what is thrown on the way ends the exchange, with its words") {
    exchange test{{{fine}}};
    net::client_request request;
    request.is_wanted = []() -> bool { throw std::runtime_error{"no idea"}; };
    CHECK(test.send(request).error == "no idea");
    test.send();
    CHECK(test.send(request).error == "no idea");
    CHECK(test.send().status == 200);
}

TEST_CASE("the next request may be sent from within the answer") {
    exchange test{{{fine}}};
    int answers = 0;
    std::function<void()> send = [&] {
        test.client->send(test.url(), {}, [&](const net::client_reply& reply) {
            CHECK(reply.status == 200);
            if (++answers < 100) send();
        });
    };
    send();
    test.run_until([&] { return answers == 100; });
    CHECK(test.server.connections() == 1);
}

TEST_CASE("a client that ends takes with it what is on its way") {
    exchange test{{{""}}};
    const auto nth = test.begin();
    test.run_until([&] { return test.server.requests().size() == 1; });
    test.client.reset();
    test.server.stop();
    test.context.restart();
    CHECK(test.context.run_for(patience) > 0);
    CHECK(test.context.stopped());  // nothing is left to wait for
    CHECK_FALSE(test.replies[nth].has_value());
}

TEST_CASE("once idle connections are closed, nothing keeps the context going") {
    exchange test{{{fine, true}}};
    test.send();
    test.server.stop();
    test.client->close_idle();
    const auto began = steady_clock::now();
    test.context.restart();
    test.context.run_for(patience);
    CHECK(test.context.stopped());
    CHECK(steady_clock::now() - began < patience);
}
