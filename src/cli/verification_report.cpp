#include <nexo_mock/cli/verification_report.hpp>
#include <nexo_mock/codec/json_document.hpp>

#include <algorithm>
#include <charconv>
#include <ostream>
#include <stdexcept>

namespace nexo_mock::cli {

namespace {

using codec::json_node;

const json_node* member(const json_node& of, std::string_view name) {
    const auto found = std::ranges::find(of.members, name, &codec::json_member::name);
    return found == of.members.end() ? nullptr : &found->value;
}

/// Of a string or a number; empty if there is none.
std::string text_of(const json_node& of, std::string_view name) {
    const auto* found = member(of, name);
    return found == nullptr ? std::string{} : found->text;
}

std::string in_words(const json_node& failure) {
    auto words = text_of(failure, "detail");
    std::string where;
    for (const auto* each : {"account", "delivery", "request"}) {
        const auto text = text_of(failure, each);
        if (!text.empty()) where += (where.empty() ? "" : ", ") + std::string{each} + ' ' + text;
    }
    return where.empty() ? words : words + " (" + where + ')';
}

[[noreturn]] void complain() {
    throw std::runtime_error{"GET /_mock/verify answered with something else than a verification"};
}

/// Text and attribute values of XML 1.0, which knows no other control characters than these three,
/// not even escaped.
std::string escaped(std::string_view text) {
    std::string xml;
    for (const auto c : text) {
        switch (c) {
            case '&': xml += "&amp;"; break;
            case '<': xml += "&lt;"; break;
            case '>': xml += "&gt;"; break;
            case '"': xml += "&quot;"; break;
            case '\n': xml += "&#10;"; break;
            case '\r': xml += "&#13;"; break;
            case '\t': xml += "&#9;"; break;
            default: xml += static_cast<unsigned char>(c) < ' ' ? '?' : c; break;
        }
    }
    return xml;
}

std::string test_case(const check_result& check) {
    const auto head = "    <testcase classname=\"nexo-mock.verify\" name=\"" + escaped(check.name) +
                      "\" time=\"0\"";
    if (check.is_clean()) return head + "/>\n";
    std::string text;
    for (const auto& each : check.failures)
        text += escaped(each) + '\n';
    return head + ">\n      <failure type=\"" + escaped(check.name) + "\" message=\"" +
           escaped(check.summary) + "\">" + text + "</failure>\n    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
    return "      <property name=\"" + std::string{name} + "\" value=\"" + escaped(value) +
           "\"/>\n";
}

}  // namespace

check_result check_result::read(std::string name, std::string_view reply) {
    const auto parsed = codec::read_json(reply);
    const auto* root = std::get_if<json_node>(&parsed);
    const auto* ok = root == nullptr ? nullptr : member(*root, "ok");
    if (ok == nullptr) complain();
    check_result result;
    result.name = std::move(name);
    if (ok->boolean) return result;
    const auto* failures = member(*root, "failures");
    const auto count = text_of(*root, "failures_total");
    std::from_chars(count.data(), count.data() + count.size(), result.total);
    if (failures == nullptr || result.is_clean()) complain();
    result.summary = text_of(*root, "detail");
    for (const auto& each : failures->items)
        result.failures.push_back(in_words(each));
    return result;
}

bool is_clean(const verification_report& report) {
    return std::ranges::all_of(report, &check_result::is_clean);
}

void print(std::ostream& out, const verification_report& report) {
    for (const auto& check : report) {
        if (check.is_clean()) continue;
        out << "nexo-mock: verify: " << check.summary << '\n';
        for (const auto& each : check.failures)
            out << "  " << each << '\n';
        const auto left = check.total - check.failures.size();
        if (left != 0) out << "  and " << left << " more\n";
    }
}

std::string as_junit(const verification_report& report, std::string_view scenario,
                     std::uint64_t seed) {
    std::string cases;
    std::size_t failed = 0;
    for (const auto& each : report) {
        cases += test_case(each);
        failed += each.is_clean() ? 0 : 1;
    }
    const auto counts = " tests=\"" + std::to_string(report.size()) + "\" failures=\"" +
                        std::to_string(failed) + "\" errors=\"0\"";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
           ">\n  <testsuite name=\"nexo-mock verify\"" + counts +
           " skipped=\"0\" time=\"0\">\n    <properties>\n" + property("scenario", scenario) +
           property("seed", std::to_string(seed)) + "    </properties>\n" + cases +
           "  </testsuite>\n</testsuites>\n";
}

}  // namespace nexo_mock::cli
