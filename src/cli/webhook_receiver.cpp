#include <nexo_mock/cli/webhook_receiver.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/runtime/sim_clock.hpp>

#include <algorithm>

namespace nexo_mock::cli {

namespace {

constexpr std::chrono::seconds patience{30};  // with the application
constexpr std::string_view signature_header = "x-nexo-signature";

bool is_same(std::string_view name, std::string_view lower) {
    return std::ranges::equal(name, lower, {}, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

std::string header(const api::request& in, std::string_view lower) {
    const auto found = std::ranges::find_if(
        in.headers, [&](const auto& each) { return is_same(each.first, lower); });
    return found == in.headers.end() ? std::string{} : found->second;
}

/// Of one connection, not of the message (RFC 9110, 7.6.1), or set anew.
bool is_of_connection(std::string_view name) {
    constexpr std::string_view names[] = {"host",       "connection",        "content-length",
                                          "keep-alive", "transfer-encoding", "expect",
                                          "te",         "upgrade",           "trailer"};
    return std::ranges::any_of(names, [&](auto each) { return is_same(name, each); });
}

}  // namespace

webhook_receiver::webhook_receiver(boost::asio::io_context& context, receiver_settings settings,
                                   on_webhook tell, on_refused complain)
    : settings_{std::move(settings)},
      client_{context, {}},
      tell_{std::move(tell)},
      complain_{std::move(complain)} {}

void webhook_receiver::handle(const api::request& in, api::response& out, api::defer later) {
    if (in.verb != api::method::post) {
        out.status = 405;
        out.headers.emplace_back("Allow", "POST");
        codec::append_error(out.body, "method_not_allowed");
        return complain_(std::string{name(in.verb)} + " was refused: a webhook is a POST");
    }
    received_webhook webhook;
    webhook.at = runtime::wall_time();
    webhook.body = in.body;
    webhook.signature =
        codec::diagnose_signature(settings_.secret, in.body, header(in, signature_header));
    webhook.read_body();
    memory_.recognize(webhook);
    if (settings_.forward) return forward(in, std::move(webhook), later(nullptr));
    answer(webhook, out);
}

void webhook_receiver::answer(received_webhook& webhook, api::response& out) {
    out.manner.latency = settings_.delay;
    if (!webhook.is_genuine()) {
        out.status = 401;
        codec::json_writer{out.body}
            .begin_object()
            .member("ok", false)
            .member("error", webhook.signature.faults.front().cause)
            .member("detail", webhook.signature.faults.front().detail)
            .end_object();
    } else {
        const auto last = settings_.replies.size() - 1;
        out.status = settings_.replies[std::min(answered_++, last)];
        codec::json_writer{out.body}
            .begin_object()
            .member("ok", out.status / 100 == 2)
            .end_object();
    }
    finish(webhook, out.status);
}

void webhook_receiver::forward(const api::request& in, received_webhook webhook,
                               api::late_reply reply) {
    net::client_request request;
    request.body = in.body;
    request.timeout = patience;
    for (const auto& each : in.headers) {
        if (!is_of_connection(each.first)) request.add_header(each.first, each.second);
    }
    client_.send(*settings_.forward, request,
                 [this, webhook = std::move(webhook),
                  reply = std::move(reply)](net::client_reply came) mutable {
                     api::response out;
                     out.manner.latency = settings_.delay;
                     out.status = came.status;
                     out.body = std::move(came.body);
                     if (!came.content_type.empty())
                         out.headers.emplace_back("Content-Type", came.content_type);
                     if (came.status == 0) {
                         out.status = 502;
                         codec::append_error(out.body, "bad_gateway");
                         webhook.error = "the application gave no reply: " + came.error;
                     }
                     finish(webhook, out.status);
                     reply(std::move(out));
                 });
}

void webhook_receiver::finish(received_webhook& webhook, int status) {
    webhook.reply = status;
    memory_.note_reply(webhook);
    tell_(webhook);
}

void webhook_receiver::refused(int status, std::string_view, std::string_view why) {
    complain_("what was no HTTP request was answered " + std::to_string(status) + ": " +
              std::string{why});
}

}  // namespace nexo_mock::cli
