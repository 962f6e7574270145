#pragma once

#include <nexo_mock/domain/fault.hpp>
#include <nexo_mock/domain/ip_address.hpp>
#include <nexo_mock/domain/rule.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nexo_mock::api {

class reply_stream;

enum class method : std::uint8_t { get, head, post, put, patch, delete_, other };

/// "GET", "HEAD", …; "other" for what no handler knows. Static storage.
std::string_view name(method verb);

/// What the handlers know of an HTTP request. Reused from one request to the next on a connection.
struct request {
    method verb = method::get;
    std::string target;  ///< origin form: path and query as received
    std::string authorization;
    std::string body;
    domain::ip_address peer;
    bool is_tls = false;  ///< it came over HTTPS
    // Of control calls alone:
    std::string host;           ///< the Host header; empty if there is none
    std::string origin;         ///< which web page sent it; empty outside of browsers
    std::string control_token;  ///< X-Mock-Token
    std::string last_event_id;
    std::string if_none_match;
    bool is_webhook = false;  ///< an emulator sent it
    /// All of them in order, where net::limits::keep_headers wants that; else none.
    std::vector<std::pair<std::string, std::string>> headers;

    std::string_view path() const {
        const std::string_view all{target};
        return all.substr(0, all.find('?'));
    }
    std::string_view query() const {
        const std::string_view all{target};
        const auto mark = all.find('?');
        return mark == std::string_view::npos ? std::string_view{} : all.substr(mark + 1);
    }
};

inline constexpr std::string_view json_content = "application/json";

/// What the handlers answer; the connection adds what HTTP needs. Reused like the request.
struct response {
    int status = 200;  ///< 0: none, a fault takes the place of the reply
    std::string_view content_type = json_content;  ///< static storage
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    domain::reply_manner manner;           ///< how the connection sends it
    std::shared_ptr<reply_stream> stream;  ///< null, or the body goes on with it
    /// Of a reply that is held up: whether a reset has made it a thing of the past. Null: never.
    std::function<bool()> is_past;
    /// Of a reply that was not given at once: told, on the connection's thread, when it goes out.
    std::function<void(const response&)> when_late;

    // What the call was, for log and journal; never sent.
    std::optional<domain::endpoint> call;   ///< none: not one of the vendor's
    std::string error;                      ///< code of a refusal
    std::string note;                       ///< why the call was refused or misbehaves
    std::string rule;                       ///< that refused it or gave it its manner
    bool by_rule = false;                   ///< it was refused or lost because a rule wants it so
    std::optional<std::uint64_t> delivery;  ///< its ordinal: the one made, or asked for

    void reset() {
        status = 200;
        content_type = json_content;
        headers.clear();
        body.clear();
        manner = {};
        stream.reset();
        is_past = nullptr;
        when_late = nullptr;
        call.reset();
        error.clear();
        note.clear();
        rule.clear();
        by_rule = false;
        delivery.reset();
    }
};

/// The token of "Bearer <token>", the scheme in any case; empty if it is not of that form.
std::string_view bearer_token(std::string_view authorization);

/// The value of `name` in a query string, percent-decoded; empty if it is not there. A `+` is a
/// plus: phone numbers begin with one.
std::string query_value(std::string_view query, std::string_view name);

/// Undoes percent-encoding; text that is not well encoded is left as it is.
std::string percent_decoded(std::string_view text);

}  // namespace nexo_mock::api
