#include <nexo_mock/cli/webhook_log.hpp>
#include <nexo_mock/codec/json_document.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>

namespace nexo_mock::cli {

namespace {

constexpr std::size_t most_known = 10'000;
constexpr std::size_t most_shown = 100;  // bytes of a value that came from outside

/// Without control characters, and not too long.
std::string harmless(std::string_view text) {
    std::string shown{text.substr(0, most_shown)};
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    return text.size() > most_shown ? shown + "\u2026" : shown;
}

std::string or_dash(std::string_view text) {
    return text.empty() ? "-" : harmless(text);
}

std::string reply_words(const received_webhook& webhook) {
    auto words = "answered " + std::to_string(webhook.reply);
    return webhook.error.empty() ? words : words + ": " + webhook.error;
}

}  // namespace

void received_webhook::read_body() {
    const auto parsed = codec::read_json(body);
    const auto* root = std::get_if<codec::json_node>(&parsed);
    if (root == nullptr) return;
    for (const auto& [name, place, value] : root->members) {
        if (value.kind != codec::json_kind::string) continue;
        if (name == "type") event = value.text;
        if (name == "id") id = value.text;
        if (name == "phone") phone = value.text;
        if (name == "status") status = value.text;
        if (name == "error_code") error_code = value.text;
    }
}

std::string as_text(const received_webhook& webhook, const painter& paint) {
    const auto time = codec::format_millis(webhook.at);
    auto line = paint(color::faint, time.substr(11)) + ' ' + or_dash(webhook.event) + ' ' +
                or_dash(webhook.id) + ' ' + or_dash(webhook.phone) + ' ' + or_dash(webhook.status);
    if (!webhook.error_code.empty()) line += " (" + harmless(webhook.error_code) + ')';
    line += ", " + (webhook.is_genuine() ? paint(color::green, "signature ok")
                                         : paint(color::red, "signature wrong"));
    if (webhook.is_duplicate) {
        line += ", " + paint(color::yellow, "duplicate");
    } else if (webhook.copy > 1) {
        line += ", try " + std::to_string(webhook.copy);
    }
    line += ", ";
    line += webhook.is_acknowledged() ? reply_words(webhook)
                                      : paint(color::yellow, reply_words(webhook));
    line += '\n';
    for (const auto& each : webhook.signature.faults)
        line += "  " + paint(color::bold, each.cause) + ": " + harmless(each.detail) + '\n';
    return line;
}

std::string as_json(const received_webhook& webhook) {
    std::string line;
    codec::json_writer json{line};
    json.begin_object()
        .member("type", "webhook")
        .member("time", codec::format_millis(webhook.at))
        .member_or_null("event", webhook.event)
        .member_or_null("id", webhook.id)
        .member_or_null("phone", webhook.phone)
        .member_or_null("status", webhook.status)
        .member_or_null("error_code", webhook.error_code)
        .member("genuine", webhook.is_genuine());
    json.key("causes").begin_array();
    for (const auto& each : webhook.signature.faults) {
        json.begin_object().member("cause", each.cause).member("detail", each.detail).end_object();
    }
    json.end_array()
        .member("copy", webhook.copy)
        .member("duplicate", webhook.is_duplicate)
        .member("reply", webhook.reply)
        .member_or_null("error", webhook.error)
        .member("body", webhook.body)
        .end_object();
    return line + '\n';
}

// A delivery may end twice, with two events; a copy of one has the same bytes.
std::string webhook_memory::name_of(const received_webhook& webhook) {
    return webhook.signature.expected;
}

void webhook_memory::recognize(received_webhook& webhook) {
    if (!webhook.is_genuine()) return;
    const auto name = name_of(webhook);
    const auto [found, is_new] = known_.try_emplace(name);
    webhook.copy = ++found->second.copies;
    webhook.is_duplicate = found->second.is_acknowledged;
    if (!is_new) return;
    order_.push_back(name);
    if (order_.size() <= most_known) return;
    known_.erase(order_.front());
    order_.pop_front();
}

void webhook_memory::note_reply(const received_webhook& webhook) {
    if (!webhook.is_genuine() || !webhook.is_acknowledged()) return;
    const auto found = known_.find(name_of(webhook));
    if (found != known_.end()) found->second.is_acknowledged = true;
}

}  // namespace nexo_mock::cli
