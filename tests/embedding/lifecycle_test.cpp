#include "application.hpp"

#include <boost/asio/ssl.hpp>

#include <memory>
#include <optional>
#include <stdexcept>

using namespace application;

namespace {

/// Whether a client that trusts that authority alone comes to a hand-shake there.
bool speaks_tls(const std::string& url, const std::string& authority) {
    namespace ssl = boost::asio::ssl;
    ssl::context trusting{ssl::context::tls_client};
    trusting.set_verify_mode(ssl::verify_peer);
    trusting.add_certificate_authority(boost::asio::buffer(authority));
    boost::asio::io_context context;
    ssl::stream<boost::asio::ip::tcp::socket> stream{context, trusting};
    stream.set_verify_callback(ssl::host_name_verification{"nexoroute.dev"});
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    stream.lowest_layer().connect({boost::asio::ip::address_v4::loopback(), port});
    boost::system::error_code failed;
    stream.handshake(ssl::stream_base::client, failed);
    return !failed;
}

}  // namespace

TEST_CASE("a server listens on a free port of its own while it lives, and no longer") {
    std::uint16_t port = 0;
    {
        const nexo_mock::server mock;
        port = mock.port();
        CHECK(port != 0);
        CHECK(mock.url() == "http://127.0.0.1:" + std::to_string(port));
        CHECK(send(mock) == 202);
    }
    CHECK_THROWS(support::connection{port});
}

TEST_CASE("two servers in one process know nothing of each other") {
    const nexo_mock::server one{by_hand()};
    const nexo_mock::server other{by_hand()};
    CHECK(one.port() != other.port());
    CHECK(send(one) == 202);
    CHECK(one.deliveries().size() == 1);
    CHECK(other.deliveries().empty());
    one.advance(60s);
    CHECK(one.now() - other.now() > 50s);
}

TEST_CASE("there is HTTPS where it is wanted, and nowhere else") {
    const nexo_mock::server plain;
    CHECK(plain.tls_url().empty());
    CHECK(plain.authority().empty());
    const nexo_mock::server mock{{.https = nexo_mock::https::self_signed}};
    CHECK(mock.tls_url().starts_with("https://127.0.0.1:"));
    CHECK(speaks_tls(mock.tls_url(), mock.authority()));
    CHECK_FALSE(speaks_tls(
        mock.tls_url(), nexo_mock::server{{.https = nexo_mock::https::self_signed}}.authority()));
}

TEST_CASE("a port that is taken is a runtime_error") {
    const nexo_mock::server mock;
    CHECK_THROWS_AS(nexo_mock::server{{.port = mock.port()}}, std::runtime_error);
}

TEST_CASE("the same seed gives the same ids") {
    const nexo_mock::server one{{.clock = nexo_mock::manual}};
    const nexo_mock::server again{{.clock = nexo_mock::manual, .seed = one.seed()}};
    CHECK(send(one) == 202);
    CHECK(send(again) == 202);
    CHECK(one.deliveries().at(0).id == again.deliveries().at(0).id);
}

TEST_CASE("options that can't be used say what would be right") {
    const auto refusal = [](const nexo_mock::server_options& options) {
        return message_of<std::invalid_argument>([&] { const nexo_mock::server mock{options}; });
    };
    using nexo_mock::scenario;
    CHECK(contains(refusal({.scenario = scenario::json("{\n  \"rulse\": []}")}),
                   "scenario:2:3: error: unknown key \"rulse\" (did you mean \"rules\"?)"));
    CHECK(contains(refusal({.scenario = scenario::built_in("flakky")}), "did you mean \"flaky\""));
    CHECK(contains(refusal({.scenario = scenario::file("/no/such.json")}),
                   "\"/no/such.json\": No such file or directory"));
    CHECK(contains(refusal({.scenario = scenario::file("/")}),
                   "the scenario \"/\": it is a directory"));
    CHECK(contains(refusal({.clock = nexo_mock::times_faster(0)}), "0.001 to 1000000 times"));
    CHECK(contains(refusal({.seed = std::uint64_t{1} << 60}), "seed is at most"));
    CHECK(contains(refusal({.webhook_url = "http://127.0.0.1:1/"}), "needs a secret"));
    CHECK(contains(refusal({.webhook_url = "ftp://x/", .webhook_secret = "s"}), "\"ftp://x/\""));
    CHECK(contains(refusal({.webhook_allow = "10.0.0.0/33"}), "not \"10.0.0.0/33\""));
    CHECK(contains(refusal({.webhook_url = "http://127.0.0.1:1/",
                            .webhook_secret = "s",
                            .webhook_allow = "10.0.0.0/8"}),
                   "127.0.0.1"));
    CHECK(contains(refusal({.threads = 0}), "threads is 1 to 64, not 0"));
    CHECK(contains(refusal({.state = "{"}), "state:1:2: error"));
}

TEST_CASE("webhooks go where they may, and nowhere else") {
    const nexo_mock::server mock{{.webhook_allow = "127.0.0.1:1, app.test"}};
    const auto account = mock.account(key);
    account.set_webhook("http://127.0.0.1:1/", "s");
    account.set_webhook("http://app.test/", "s");
    CHECK_THROWS_WITH_AS(account.set_webhook("http://127.0.0.1:2/", "s"),
                         "webhooks may not go to 127.0.0.1:2, --webhook-allow is 127.0.0.1:1,"
                         "app.test",
                         nexo_mock::error);
    CHECK_THROWS_AS(mock.set_scenario(nexo_mock::scenario::json(
                        R"({"webhook": {"url": "http://10.0.0.1/", "secret": "s"}})")),
                    nexo_mock::error);
}

TEST_CASE("a scenario comes from a file, too") {
    const nexo_mock::server mock{
        by_hand(nexo_mock::scenario::file(NEXO_MOCK_SOURCE_DIR "/scenarios/default.json"))};
    CHECK(send(mock, key, "+84980000002") == 202);
    mock.advance_to_idle();
    CHECK(mock.deliveries().at(0).error_code == "busy");
}

TEST_CASE("after a stop nothing is answered but the state") {
    const nexo_mock::server mock{by_hand()};
    const auto account = mock.account(key);
    CHECK(send(mock) == 202);
    mock.stop();
    mock.stop();
    CHECK_THROWS_AS(account.deliveries(), nexo_mock::stopped);
    CHECK_THROWS_AS(mock.advance(1s), nexo_mock::stopped);
    CHECK(contains(mock.export_state(), "482917"));
}

TEST_CASE("a handle outlives its server and says so") {
    std::optional<nexo_mock::account> account;
    {
        const nexo_mock::server mock;
        account = mock.account(key);
        CHECK(account->balance().total() == nexo_mock::dollars("0.11"));
    }
    CHECK_THROWS_AS(account->balance(), nexo_mock::stopped);
}

TEST_CASE("another server goes on from an exported state") {
    std::string state;
    {
        const nexo_mock::server mock{by_hand()};
        CHECK(send(mock) == 202);
        state = mock.export_state();
    }
    const nexo_mock::server next{{.clock = nexo_mock::manual, .state = state}};
    next.advance_to_idle();
    const auto sent = next.account(key).deliveries();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].code == "482917");
    CHECK(sent[0].status == nexo_mock::delivery_status::delivered);
}
