#include <nexo_mock/net/request_error.hpp>
#include <nexo_mock/net/request_rules.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>

namespace nexo_mock::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789ABCDEFabcdef";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

class character_set {
 public:
    constexpr character_set(std::initializer_list<std::string_view> of) {
        for (const auto text : of) {
            for (const char each : text)
                holds_[static_cast<unsigned char>(each)] = true;
        }
    }
    bool holds_all(std::string_view text) const {
        return std::ranges::all_of(text, [this](char each) { return holds(each); });
    }
    /// The length of the longest beginning that is made of them.
    std::size_t span(std::string_view text) const {
        const auto end = std::ranges::find_if(text, [this](char each) { return !holds(each); });
        return static_cast<std::size_t>(end - text.begin());
    }

 private:
    bool holds(char each) const { return holds_[static_cast<unsigned char>(each)]; }

    std::array<bool, 256> holds_{};
};

constexpr character_set in_token{digits, letters, "!#$%&'*+-.^_`|~"};
constexpr character_set in_name{digits, letters, "-._~%!$&'()*+,;="};
constexpr character_set in_address{digits, letters, ":.-_~!$&'()*+,;="};
constexpr character_set in_target{digits, letters, "-._~%!$&'()*+,;=:@/?", "[]{}|\\^`"};

constexpr bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

constexpr bool is_control(char each) {
    return (static_cast<unsigned char>(each) < 0x20 && each != '\t') || each == 0x7f;
}

/// "HTTP/1.1", then the end of the line, as far as it has come. A version that is not spoken is
/// found by its digits, whatever is behind them.
error_code check_version(std::string_view begun) {
    constexpr std::string_view form = "HTTP/0.0";
    constexpr std::string_view line_end = "\r\n";
    const auto version = begun.substr(0, form.size());
    for (std::size_t i = 0; i < version.size(); ++i) {
        const bool fits = form[i] == '0' ? is_digit(version[i]) : version[i] == form[i];
        if (!fits) return http::error::bad_version;
    }
    if (version.size() < form.size()) return {};
    if (version != "HTTP/1.0" && version != "HTTP/1.1") return request_error::unsupported_version;
    if (line_end.starts_with(begun.substr(form.size(), line_end.size()))) return {};
    return http::error::bad_version;
}

bool has_open_quote(std::string_view text) {
    bool is_open = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') is_open = !is_open;
        if (is_open && text[i] == '\\') ++i;
    }
    return is_open;
}

bool is_port(std::string_view text) {
    return text.empty() ||
           (text.front() == ':' && text.find_first_not_of(digits, 1) == std::string_view::npos);
}

}  // namespace

error_code check_request_line(std::string_view begun) {
    const auto method = in_token.span(begun);
    if (method == begun.size()) return {};
    if (method == 0 || begun[method] != ' ') return http::error::bad_method;
    const auto rest = begun.substr(method + 1);
    const auto target = in_target.span(rest);
    if (target == rest.size()) return {};
    if (target == 0 || rest[target] != ' ') return http::error::bad_target;
    return check_version(rest.substr(target + 1));
}

bool has_good_line_ends(std::string_view lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool is_last = i + 1 == lines.size();
        if (lines[i] == '\r' && !is_last && lines[i + 1] != '\n') return false;
        if (lines[i] == '\n' && (i == 0 || lines[i - 1] != '\r')) return false;
    }
    return true;
}

error_code check_chunk_head(std::string_view begun, chunk_place place) {
    if (place == chunk_place::behind_data) {
        constexpr std::string_view end = "\r\n";
        const auto come = begun.substr(0, end.size());
        if (!end.starts_with(come)) return http::error::bad_chunk;
        begun.remove_prefix(come.size());
    }
    const auto size = std::min(begun.find_first_not_of(hex_digits), begun.size());
    if (size == begun.size()) return {};
    if (size == 0) return http::error::bad_chunk;
    if (!has_good_line_ends(begun)) return http::error::bad_line_ending;
    const auto line_end = begun.find('\r', size);
    const auto extensions = begun.substr(size, line_end - size);
    const bool is_complete = line_end != std::string_view::npos;
    if (!is_plain_extension(extensions) || (is_complete && has_open_quote(extensions))) {
        return http::error::bad_chunk_extension;
    }
    return {};
}

bool is_plain_extension(std::string_view text) {
    return std::ranges::none_of(text, is_control);
}

bool is_host(std::string_view value) {
    if (!value.starts_with('[')) {
        const auto name = in_name.span(value);
        return is_port(value.substr(name));
    }
    const auto address = in_address.span(value.substr(1));
    const auto rest = value.substr(1 + address);
    return address > 0 && rest.starts_with(']') && is_port(rest.substr(1));
}

error_code check_coding(std::string_view value) {
    constexpr std::string_view only = "chunked";
    if (boost::beast::iequals(value, only)) return {};
    const auto start = value.find_last_of(", \t") + 1;  // 0 if there is none
    const bool is_last = start > 0 && boost::beast::iequals(value.substr(start), only);
    if (!is_last || in_token.span(value) == only.size()) return request_error::bad_coding;
    return request_error::unknown_coding;
}

boost::system::result<request_target> read_target(std::string_view target, target_forms forms) {
    if (!in_target.holds_all(target)) return make_error_code(request_error::bad_target);
    if (target.starts_with('/')) return request_target{target, {}};
    if (target == "*" && forms == target_forms::with_asterisk) return request_target{target, {}};
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!boost::beast::iequals(target.substr(0, scheme.size()), scheme)) continue;
        const auto rest = target.substr(scheme.size());
        const auto end = std::min(rest.find_first_of("/?"), rest.size());
        const auto authority = rest.substr(0, end);
        if (authority.empty() || authority.front() == ':' || !is_host(authority)) break;
        return request_target{rest.substr(end), authority};
    }
    return make_error_code(request_error::bad_target);
}

}  // namespace nexo_mock::net
