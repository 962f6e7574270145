// What a receiver of webhooks answers: the pieces in which it comes make no difference, and no more
// than the bound of it is kept.
#include "choices.hpp"
#include "require.hpp"
#include <nexo_mock/net/input_buffer.hpp>
#include <nexo_mock/net/reply_parser.hpp>

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace nexo_mock;
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t most_bytes = 1024;
constexpr std::size_t most_head_bytes = 16 * 1024;

/// Reads as net::client_connection does.
class reader {
 public:
    reader() { parser_.emplace(reply_, most_bytes); }

    void read(std::string_view piece) {
        while (!piece.empty() && !is_over_) {
            const auto room = input_.room();
            const auto size = std::min(room.size(), piece.size());
            std::memcpy(room.data(), piece.data(), size);
            input_.add(size);
            piece.remove_prefix(size);
            parse();
            fuzz::require(input_.size() <= 2 * most_head_bytes, "little is kept unread");
            fuzz::require(reply_.body.size() <= most_bytes, "no more than the bound is kept");
        }
    }
    void end() {
        if (is_over_) return;
        if (!parser_->got_some()) return finish(http::error::end_of_stream);
        boost::system::error_code ec;
        parser_->put_eof(ec);
        finish(ec);
    }
    std::string result() const {
        return std::to_string(reply_.status) + ' ' + reply_.content_type + ' ' + reply_.error +
               '\n' + reply_.body;
    }

 private:
    void parse() {
        while (!input_.is_empty() && !is_over_) {
            boost::system::error_code ec;
            const auto consumed = parser_->put(input_.unread(), ec);
            input_.take(consumed);
            if (ec && ec != http::error::need_more) return finish(ec);
            if (consumed == 0 && input_.size() >= most_head_bytes) {
                return finish(http::error::header_limit);
            }
            if (!parser_->is_done()) return;
            if (!parser_->is_interim()) return finish({});
            parser_.emplace(reply_, most_bytes);
        }
    }
    // What was read of a reply that failed counts for nothing, and how it failed depends on the
    // pieces: Beast looks again at a head that did not come whole when its end is there. Of a body
    // beyond the bound, pieces decide how much is kept.
    void finish(const boost::system::error_code& ec) {
        is_over_ = true;
        if (ec && ec != http::error::body_limit) {
            reply_ = {};
            reply_.error = "failed";
        }
        if (ec == http::error::body_limit) reply_.body.clear();
    }

    net::client_reply reply_;
    std::optional<net::reply_parser> parser_;
    net::input_buffer input_;
    bool is_over_ = false;
};

/// Beast reads the extension of a chunk beyond its line if a quote in it is left open: what it
/// makes of that depends on what has come by then.
bool may_leave_quote_open(std::string_view bytes) {
    const auto extension = bytes.find(';');
    return extension != bytes.npos && bytes.find('"', extension) != bytes.npos;
}

std::string read_in(std::string_view bytes, const std::vector<std::size_t>& cuts) {
    reader of;
    for (const auto cut : cuts) {
        of.read(bytes.substr(0, cut));
        bytes.remove_prefix(std::min(cut, bytes.size()));
    }
    of.read(bytes);
    of.end();
    return of.result();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices given{data, size};
    std::vector<std::size_t> cuts;
    for (int left = given.byte() % 8; left > 0; --left)
        cuts.push_back(1 + given.byte());
    const auto bytes = given.rest();
    const auto whole = read_in(bytes, {});
    if (may_leave_quote_open(bytes)) return 0;
    fuzz::require(read_in(bytes, cuts) == whole, "the pieces make no difference",
                  read_in(bytes, cuts) + "\n--- and in one piece\n" + whole);
    const std::vector<std::size_t> bytewise(bytes.size(), 1);
    fuzz::require(read_in(bytes, bytewise) == whole, "nor does every byte by itself",
                  read_in(bytes, bytewise) + "\n--- and in one piece\n" + whole);
    return 0;
}
