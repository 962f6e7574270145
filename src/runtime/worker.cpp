#include <nexo_mock/domain/otp_code.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/worker.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>

namespace nexo_mock::runtime {

namespace {

constexpr std::chrono::milliseconds drain_look{5};

/// The path, without what may be a code: some clients put one there.
std::string shown_path(std::string_view path) {
    std::string shown;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at + 1), path.size());
        const bool is_code = domain::otp_code::parse(path.substr(at + 1, end - at - 1)).has_value();
        shown += is_code ? "/\u2026" : path.substr(at, end - at);
        at = end;
    }
    return shown;
}

/// Calls that are refused or that a rule makes misbehave are worth a line always, the others when
/// every call is.
void log_call(const api::request& in, const api::response& out) {
    const bool is_refused = out.status >= 400;
    const bool is_plain = !is_refused && out.manner == domain::reply_manner{};
    const auto level = is_plain ? log_level::debug : log_level::info;
    if (!log_enabled(level)) return;
    const auto key = api::bearer_token(in.authorization);
    log(level,
        out.status == 0 ? "lost"
        : is_refused    ? "refused"
                        : "answered",
        {{"call", std::string{name(in.verb)} + ' ' + shown_path(in.path())},
         {"status", out.status == 0 ? std::string{} : std::to_string(out.status)},
         {"account", domain::is_well_formed_key(key) ? domain::masked_key(key) : std::string{}},
         {"why", out.note}});
}

/// The reply belongs to a time that a reset has made undone: the client gets none.
void lose(api::response& held) {
    held.reset();
    held.status = 0;
    held.manner.fault = domain::drawn_fault{domain::fault_kind::close, {}};
}

}  // namespace

void router::refused(int status, std::string_view error, std::string_view why) {
    emulator_.record_refused(status, error, why);
    metrics_.count_call(call_kind::other, status, {});
    const bool is_request = status != 0 && status != 400;  // too long, too late, not spoken here
    log(log_level::info,
        is_request ? "refused a request before it was read whole"
                   : "refused what is no HTTP request",
        {{"status", is_request ? std::to_string(status) : std::string{}},
         {"why", std::string{why}}});
}

void router::handle(const api::request& in, api::response& out, api::defer later) {
    const auto began = std::chrono::steady_clock::now();
    const bool is_control = control::control_api::takes(in);
    api::late_reply given;  // set: the reply comes later
    const auto count = [this, began](call_kind kind, int status) {
        metrics_.count_call(kind, status, std::chrono::steady_clock::now() - began);
    };
    const auto kind = [&] { return is_control ? call_kind::control : kind_of(out.call); };
    const auto noted = [&](std::function<void()> abandoned) -> api::late_reply {
        given = [reply = later(std::move(abandoned)), count, which = kind()](api::response late) {
            late.when_late = [=](const api::response& sent) { count(which, sent.status); };
            reply(std::move(late));
        };
        return given;
    };
    try {
        if (is_control) {
            control_.handle(in, out, noted);
        } else {
            handle_vendor_call(in, out, noted);
        }
    } catch (const std::exception& e) {
        log(log_level::error, "a request failed",
            {{"path", shown_path(in.path())}, {"why", e.what()}});
        api::response failed;
        api::vendor_api::refuse(domain::api_error::internal_error, failed);
        if (given) return given(std::move(failed));
        out = std::move(failed);
    }
    if (!given) count(kind(), out.status);  // else once it is answered
}

void router::handle_vendor_call(const api::request& in, api::response& out, api::defer later) {
    accounts_.begin(in, out);
    vendor_.handle(in, out);
    const auto by = accounts_.end();
    log_call(in, out);
    if (out.manner == domain::reply_manner{}) return;
    out.is_past = [by] { return emulator::is_past(by); };
    if (out.manner.after_webhook) answer_after_webhook(by, out, later);
}

void router::answer_after_webhook(const account_moment& by, api::response& out, api::defer later) {
    const auto delivery = out.delivery.value_or(0);
    emulator_.when_first_attempt_ended(
        by, delivery, [by, reply = later(nullptr), held = std::move(out)]() mutable {
            if (emulator::is_past(by)) lose(held);
            reply(std::move(held));
        });
}

worker::worker(emulator& of, const net::limits& bounds, control::guard_settings guarded)
    : guard_{boost::asio::make_work_guard(context_)},
      emulator_{of},
      timers_{context_,
              [this](const account_ptr& each, real_time set_for) { wake(each, set_for); }},
      webhooks_{context_, of, *this},
      accounts_{of, *this},
      host_{of, *this},
      router_{of, accounts_, host_, std::move(guarded), metrics_},
      sessions_{context_, router_, bounds} {
    of.add_worker(*this);
}

worker::~worker() {
    stop();
}

void worker::start() {
    thread_ = std::thread{[this] { run(); }};
}

// A handler that throws is a bug; the others go on.
void worker::run() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& e) {
            log(log_level::error, "a worker's handler failed", {{"why", e.what()}});
        }
    }
}

void worker::stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void worker::close() {
    try {
        sessions_.abort();
        context_.restart();
        context_.poll();
    } catch (const std::exception& e) {
        log(log_level::error, "a worker did not end well", {{"why", e.what()}});
    }
}

void worker::wake(const account_ptr& of, real_time set_for) {
    metrics_.count_wake(std::chrono::steady_clock::now() - set_for);
    emulator_.run_due(of, set_for, *this);
}

void worker::run_soon(std::function<void()> next) {
    boost::asio::post(context_, std::move(next));
}

void worker::end_past(std::function<void()> done) {
    run_soon([this, done = std::move(done)] {
        sessions_.end_past();
        webhooks_.end_past();
        done();
    });
}

// Looks every few milliseconds: draining is the end of the process's life, and a signal from every
// place that ends something would cost more than it tells.
std::future<void> worker::when(std::function<bool()> holds, std::function<void()> first) {
    struct watch : std::enable_shared_from_this<watch> {
        watch(boost::asio::io_context& context, std::function<bool()> condition)
            : timer{context}, holds{std::move(condition)} {}
        void look() {
            if (holds()) return promise.set_value();
            timer.expires_after(drain_look);
            timer.async_wait(
                [self = shared_from_this()](const boost::system::error_code&) { self->look(); });
        }
        boost::asio::steady_timer timer;
        std::function<bool()> holds;
        std::promise<void> promise;
    };
    const auto watched = std::make_shared<watch>(context_, std::move(holds));
    auto result = watched->promise.get_future();
    boost::asio::post(context_, [watched, first = std::move(first)] {
        first();
        watched->look();
    });
    return result;
}

std::future<void> worker::drain_connections() {
    return when([this] { return sessions_.is_empty(); }, [this] { sessions_.drain(); });
}

std::future<void> worker::drain_webhooks() {
    return when([this] { return webhooks_.is_idle(); },
                [this] {
                    timers_.stop();
                    webhooks_.close_idle_connections();
                });
}

}  // namespace nexo_mock::runtime
