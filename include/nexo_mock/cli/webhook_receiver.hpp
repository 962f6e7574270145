#pragma once

#include <nexo_mock/cli/webhook_log.hpp>
#include <nexo_mock/net/http_client.hpp>
#include <nexo_mock/net/request_handler.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::cli {

struct receiver_settings {
    std::string secret;
    std::vector<int> replies{200};  ///< to genuine webhooks, one after another, the last for ever
    domain::duration delay{};       ///< of each reply
    std::optional<codec::http_url> forward;  ///< who answers in our place
};

/// Answers webhooks as an application would: it verifies them and acknowledges the genuine ones. Or
/// it passes each of them on, genuine or not, and hands the application's answer back. On the
/// thread of its io_context.
class webhook_receiver final : public net::request_handler {
 public:
    /// Called with each webhook once its answer is known.
    using on_webhook = std::function<void(const received_webhook&)>;
    /// Called with what was no webhook, in words.
    using on_refused = std::function<void(const std::string&)>;

    webhook_receiver(boost::asio::io_context& context, receiver_settings settings, on_webhook tell,
                     on_refused complain);

    void handle(const api::request& in, api::response& out, api::defer later) override;
    void refused(int status, std::string_view error, std::string_view why) override;

    /// Nothing more is passed on: connections that are kept for the next one are closed.
    void stop() { client_.close_idle(); }

 private:
    void answer(received_webhook& webhook, api::response& out);
    void forward(const api::request& in, received_webhook webhook, api::late_reply reply);
    void finish(received_webhook& webhook, int status);

    receiver_settings settings_;
    std::size_t answered_ = 0;
    webhook_memory memory_;
    net::http_client client_;
    on_webhook tell_;
    on_refused complain_;
};

}  // namespace nexo_mock::cli
