#include "documented.hpp"

#include <nexo_mock/codec/embedded.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

using namespace nexo_mock;

namespace {

struct operation {
    std::string path;    ///< with parts in braces
    std::string method;  ///< in lower case, as the document has it
    std::vector<int> statuses;
};

std::vector<operation> read_document() {
    std::vector<operation> all;
    const auto& document = embedded::documents.front().text;
    const auto root = boost::json::parse({document.data(), document.size()});
    for (const auto& [path, methods] : root.at("paths").as_object()) {
        for (const auto& [method, of] : methods.as_object()) {
            if (!of.is_object() || !of.as_object().contains("responses")) continue;
            operation known{path, method, {}};
            for (const auto& [status, _] : of.at("responses").as_object()) {
                // Of rules, which give any.
                if (status != "default") known.statuses.push_back(std::stoi(std::string{status}));
            }
            all.push_back(std::move(known));
        }
    }
    return all;
}

/// A part in braces stands for one that is not empty and has no slash.
bool fits(std::string_view pattern, std::string_view path) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) return pattern == path;
    if (path.substr(0, open) != pattern.substr(0, open)) return false;
    path.remove_prefix(std::min(open, path.size()));
    const auto end = path.find('/');
    if (path.empty() || end == 0) return false;
    const auto rest = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    return fits(pattern.substr(pattern.find('}') + 1), rest);
}

std::string_view method_of(api::method verb) {
    switch (verb) {
        case api::method::get:
        case api::method::head: return "get";
        case api::method::post: return "post";
        case api::method::put: return "put";
        case api::method::patch: return "patch";
        case api::method::delete_: return "delete";
        case api::method::other: return "other";
    }
    return {};
}

}  // namespace

bool is_documented(const api::request& call, int status) {
    static const auto operations = read_document();
    bool is_known_path = false;
    for (const auto& each : operations) {
        if (!fits(each.path, call.path())) continue;
        is_known_path = true;
        if (each.method != method_of(call.verb)) continue;
        return std::ranges::find(each.statuses, status) != each.statuses.end();
    }
    if (is_known_path) return status == 405;
    constexpr std::array others{200, 302, 304, 404, 405};
    return std::ranges::find(others, status) != others.end();
}

}  // namespace fuzz
