// A connection: whatever a client sends, and in whatever pieces, it gets whole replies, and the
// session ends with the connection.
#include "choices.hpp"
#include "replies.hpp"
#include "require.hpp"
#include "stage.hpp"
#include <nexo_mock/net/session_set.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace nexo_mock;

namespace {

/// An emulator that serves one connection after the other. A pair of sockets is the connection.
class house {
 public:
    house() : sessions_{on_.context(), on_.handler(), {}} {}

    fuzz::stage& on() { return on_; }
    void connect() {
        std::array<int, 2> ends{};
        const auto failed = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data());
        fuzz::require(failed == 0, "the system gives a pair of sockets");
        client_ = ends[0];
        boost::asio::ip::tcp::socket served{on_.context()};
        served.assign(boost::asio::ip::tcp::v4(), ends[1]);
        sessions_.adopt(std::move(served));
        received_.clear();
        on_.run();
    }
    /// The server may have closed already, or take no more before it has read; then it is lost.
    void send(std::string_view bytes) {
        if (!bytes.empty()) ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        receive();
    }
    void end_input() {
        ::shutdown(client_, SHUT_WR);
        receive();
    }
    void close() {
        ::close(client_);
        on_.run();
    }
    const std::string& received() const { return received_; }
    bool is_empty() const { return sessions_.is_empty(); }
    /// A reply that a rule holds up is cut short.
    void drain() {
        sessions_.drain();
        on_.run();
    }

 private:
    void receive() {
        std::array<char, 65536> bytes;
        for (;;) {
            on_.run();
            const auto size = ::recv(client_, bytes.data(), bytes.size(), 0);
            if (size <= 0) return;
            received_.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    fuzz::stage on_;
    net::session_set sessions_;
    int client_ = -1;
    std::string received_;
};

/// How the client behaves.
struct client {
    bool ends_input = false;
    std::vector<std::size_t> cuts;  ///< how long the pieces are; the last one is the rest
};

/// What came back; none if a rule of a scenario that was sent may have broken it.
std::optional<std::string> converse(std::string_view bytes, const client& as) {
    house of;
    const auto rules = of.on().emulator().scenario();
    of.connect();
    for (const auto cut : as.cuts) {
        const auto piece = bytes.substr(0, cut);
        of.send(piece);
        bytes.remove_prefix(piece.size());
    }
    of.send(bytes);
    if (as.ends_input) of.end_input();
    const auto received = of.received();
    of.close();
    auto& all = of.on().emulator();
    bool is_usual = all.scenario() == rules;
    for (const auto& each : all.accounts())
        is_usual = is_usual && all.scenario_of(each) == rules;
    if (!is_usual) of.drain();
    fuzz::require(of.is_empty(), "the session ends once the client is gone", received);

    of.connect();
    of.send("GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    fuzz::require(of.received().starts_with("HTTP/1.1 200 OK\r\n") || !is_usual,
                  "the next client is served", of.received());
    of.close();
    return is_usual ? std::optional{received} : std::nullopt;
}

/// The statuses of the replies, but for those that ask the client to go on: whether it has to be
/// asked depends on the pieces.
std::vector<int> statuses_in(const std::string& received, bool some_are_heads) {
    std::string why;
    const auto replies = fuzz::take_apart(received, some_are_heads, why);
    fuzz::require(replies.has_value(), "what comes back are whole replies", why + '\n' + received);
    std::vector<int> all;
    for (const auto& each : *replies) {
        fuzz::require(each.status != 500, "no request makes the emulator fail", each.body);
        if (each.status >= 200) all.push_back(each.status);
    }
    return all;
}

/// Whether there is a CR without its LF, or the other way round.
bool has_bad_line_end(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
        if (bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return true;
    }
    return false;
}

bool refuses_a_head(int status) {
    constexpr std::array of_protocol{400, 414, 431, 501, 505};
    return std::ranges::find(of_protocol, status) != of_protocol.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices given{data, size};
    client in_pieces;
    const auto how = given.byte();
    in_pieces.ends_input = how % 2 == 1;
    for (int left = how / 2 % 8; left > 0; --left)
        in_pieces.cuts.push_back(1 + given.byte());
    const auto bytes = given.rest();
    client at_once;
    at_once.ends_input = in_pieces.ends_input;

    const auto cut = converse(bytes, in_pieces);
    const auto whole = converse(bytes, at_once);
    if (!cut || !whole) return 0;
    const bool some_are_heads = bytes.find("HEAD") != bytes.npos;
    auto expected = statuses_in(*whole, some_are_heads);
    const auto statuses = statuses_in(*cut, some_are_heads);
    // Beast reads the extension of a chunk beyond its line if a quote in it is left open.
    const auto extension = bytes.find(';');
    if (extension != bytes.npos && bytes.find('"', extension) != bytes.npos) return 0;
    const bool says_something = bytes.find_first_not_of("\r\n") != bytes.npos;
    fuzz::require(!at_once.ends_input || !says_something || !expected.empty(),
                  "whoever waits for an answer gets one");
    // A head that came in pieces is judged once it is whole, but for the ends of its lines, which
    // are looked at as they come. Before that nothing is said of it, and once the client has said
    // all it will, that it is none.
    if (!expected.empty() && refuses_a_head(expected.back())) {
        const bool may_be_early = at_once.ends_input || has_bad_line_end(bytes);
        if (may_be_early && statuses.size() == expected.size() && statuses.back() == 400) {
            expected.back() = 400;
        } else if (!at_once.ends_input && statuses.size() + 1 == expected.size()) {
            expected.pop_back();
        }
    }
    fuzz::require(statuses == expected, "the pieces make no difference",
                  *cut + "\n--- and in one piece\n" + *whole);
    return 0;
}
