#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/control/call.hpp>
#include <nexo_mock/control/page.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace nexo_mock::control {

namespace {

using api::method;

constexpr std::string_view home = "/_mock/";
constexpr std::string_view folder = "/_mock/ui/";
constexpr std::string_view index = "index.html";

/// What a script that somebody smuggled in would need is not there to be had.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr auto content_types = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
});

bool only_looks(const api::request& in) {
    return in.verb == method::get || in.verb == method::head;
}

std::string_view content_type_of(std::string_view file_name) {
    const auto found = std::ranges::find_if(
        content_types, [&](const auto& each) { return file_name.ends_with(each.first); });
    return found == content_types.end() ? "application/octet-stream" : found->second;
}

/// The index is at one address alone.
const embedded::file* find_file(std::string_view path) {
    if (path != home && !path.starts_with(folder)) return nullptr;
    const auto name = path == home ? index : path.substr(folder.size());
    if (path != home && name == index) return nullptr;
    const auto found = std::ranges::find(embedded::page, name, &embedded::file::name);
    return found == embedded::page.end() ? nullptr : &*found;
}

void add_guards(api::response& out) {
    out.headers.emplace_back("Content-Security-Policy", policy);
    out.headers.emplace_back("X-Content-Type-Options", "nosniff");
    out.headers.emplace_back("Referrer-Policy", "no-referrer");
}

/// If-None-Match is "*", or a list of tags, each maybe marked as weak.
bool is_known(std::string_view tags, std::string_view tag) {
    while (!tags.empty()) {
        const auto comma = std::min(tags.find(','), tags.size());
        auto each = tags.substr(0, comma);
        tags.remove_prefix(std::min(comma + 1, tags.size()));
        const auto begin = std::min(each.find_first_not_of(" \t"), each.size());
        each.remove_prefix(begin);
        if (each.starts_with("W/")) each.remove_prefix(2);
        const auto end = each.find_last_not_of(" \t");
        each = each.substr(0, end == std::string_view::npos ? 0 : end + 1);
        if (each == "*" || each == tag) return true;
    }
    return false;
}

void redirect(api::response& out) {
    out.status = 302;
    out.content_type = "text/plain; charset=utf-8";
    out.headers.emplace_back("Location", home);
    out.headers.emplace_back("Cache-Control", "no-store");
    out.body = "The page is at /_mock/\n";
}

void give(const api::request& in, const embedded::file& file, api::response& out) {
    const auto tag = '"' + std::string{file.digest} + '"';
    out.headers.emplace_back("Cache-Control", "no-cache");
    out.headers.emplace_back("ETag", tag);
    add_guards(out);
    out.content_type = content_type_of(file.name);
    if (is_known(in.if_none_match, tag)) {
        out.status = 304;
    } else {
        out.body = file.text;
    }
}

void refuse(api::response& out, int status, std::string_view error, std::string_view detail) {
    fail(out, status, error, detail);
    out.headers.emplace_back("Cache-Control", "no-store");
    add_guards(out);
}

}  // namespace

bool is_for_page(const api::request& in) {
    const auto path = in.path();
    return path == home || path == "/_mock" || path.starts_with(folder) ||
           (path == "/" && only_looks(in));
}

void answer_page(const api::request& in, api::response& out) {
    const auto path = in.path();
    if (!only_looks(in)) {
        refuse(out, 405, "method_not_allowed", "the page takes GET, HEAD");
        out.headers.emplace_back("Allow", "GET, HEAD");
    } else if (path == "/" || path == "/_mock") {
        redirect(out);
    } else if (const auto* file = find_file(path)) {
        give(in, *file, out);
    } else {
        refuse(out, 404, "not_found", "the page at /_mock/ has no such file");
    }
}

}  // namespace nexo_mock::control
