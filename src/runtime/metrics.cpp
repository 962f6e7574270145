#include <nexo_mock/codec/metrics_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/runtime/ports.hpp>
#include <nexo_mock/version.hpp>

#include <array>
#include <vector>

// GET /metrics. Numbers of accounts are counted when they are asked for; those of workers all the
// time.

namespace nexo_mock::runtime {

namespace {

using codec::metrics_writer;
using type = metrics_writer::type;
using workers = std::vector<const worker_metrics*>;

constexpr std::array kinds{call_kind::send_otp, call_kind::deliveries, call_kind::balance,
                           call_kind::control, call_kind::other};

std::string_view name(call_kind kind) {
    switch (kind) {
        case call_kind::send_otp: return "send-otp";
        case call_kind::deliveries: return "deliveries";
        case call_kind::balance: return "balance";
        case call_kind::control: return "control";
        case call_kind::other: return "other";
    }
    return {};
}

void write_calls(metrics_writer& out, const workers& all) {
    out.family("nexo_mock_requests_total", type::counter,
               "Requests by endpoint and HTTP status; code 0 is a request that got no reply.");
    for (const auto kind : kinds) {
        for (std::size_t status = 0; status < worker_metrics::statuses; ++status) {
            std::uint64_t count = 0;
            for (const auto* each : all)
                count += each->calls(kind, status);
            if (count == 0) continue;
            out.sample({{"endpoint", name(kind)}, {"code", std::to_string(status)}}, count);
        }
    }
}

/// One series of a histogram, summed over its parts.
void write_histogram(metrics_writer& out, const std::vector<const histogram*>& parts,
                     std::string_view endpoint) {
    const auto sample = [&](std::string_view suffix, std::string_view bound,
                            std::string_view value) {
        if (endpoint.empty() && bound.empty()) return out.sample(suffix, {}, value);
        if (endpoint.empty()) return out.sample(suffix, {{"le", bound}}, value);
        if (bound.empty()) return out.sample(suffix, {{"endpoint", endpoint}}, value);
        out.sample(suffix, {{"endpoint", endpoint}, {"le", bound}}, value);
    };
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    for (std::size_t bucket = 0; bucket <= histogram::bounds_us.size(); ++bucket) {
        for (const auto* each : parts)
            count += each->count(bucket);
        const bool is_last = bucket == histogram::bounds_us.size();
        const auto bound =
            is_last ? "+Inf"
                    : codec::seconds_text(histogram::bounds_us[bucket] * std::uint64_t{1000});
        sample("_bucket", bound, std::to_string(count));
    }
    for (const auto* each : parts)
        sum += each->sum_ns();
    sample("_sum", {}, codec::seconds_text(sum));
    sample("_count", {}, std::to_string(count));
}

void write_durations(metrics_writer& out, const workers& all) {
    out.family("nexo_mock_request_duration_seconds", type::histogram,
               "Time from a request that is read to a reply that is ready to be sent.");
    for (const auto kind : kinds) {
        std::vector<const histogram*> parts;
        for (const auto* each : all)
            parts.push_back(&each->durations(kind));
        write_histogram(out, parts, name(kind));
    }
}

void write_lateness(metrics_writer& out, const workers& all) {
    out.family("nexo_mock_timer_lateness_seconds", type::histogram,
               "How late, in real time, running clocks woke accounts for what was due.");
    std::vector<const histogram*> parts;
    for (const auto* each : all)
        parts.push_back(&each->lateness());
    write_histogram(out, parts, {});
}

/// What the accounts hold together.
struct account_sums {
    std::uint64_t accounts = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    std::uint64_t pending = 0;
    std::uint64_t stored = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t given_up = 0;
    std::uint64_t waiting = 0;
    std::uint64_t attempts = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t due = 0;
    std::uint64_t deliveries_evicted = 0;
    std::uint64_t calls_evicted = 0;
    std::uint64_t attempts_evicted = 0;
    std::uint64_t delivery_bytes = 0;
    std::uint64_t call_bytes = 0;
    std::uint64_t attempt_bytes = 0;
    domain::money deposited;
    domain::money left;
    domain::money held;
    domain::money charged;

    void add(const domain::world& of) {
        const auto& counts = of.counts();
        const auto& webhooks = of.webhook_counts();
        ++accounts;
        delivered += counts.delivered;
        failed += counts.failed;
        pending += counts.pending();
        stored += of.deliveries().size();
        acknowledged += webhooks.acknowledged;
        given_up += webhooks.given_up;
        waiting += webhooks.waiting();
        attempts += webhooks.attempts;
        in_flight += webhooks.in_flight;
        due += of.due().size();
        deliveries_evicted += counts.evicted;
        calls_evicted += of.calls().evicted();
        attempts_evicted += of.attempts().evicted();
        delivery_bytes += of.delivery_bytes();
        call_bytes += of.calls().bytes();
        attempt_bytes += of.attempts().bytes();
        add(of.wallet());
    }

 private:
    void add(const domain::wallet& of) {
        deposited += of.deposited();
        left += of.total();
        held += of.held();
        charged += of.charged();
    }
};

void write_sums(metrics_writer& out, const account_sums& sums) {
    out.family("nexo_mock_accounts", type::gauge, "Accounts, each a world of its own.");
    out.sample({}, sums.accounts);
    out.family("nexo_mock_deliveries_total", type::counter,
               "Deliveries by the status they ended in.");
    out.sample({{"status", "delivered"}}, sums.delivered);
    out.sample({{"status", "failed"}}, sums.failed);
    out.family("nexo_mock_deliveries_pending", type::gauge, "Deliveries that are still sent.");
    out.sample({}, sums.pending);
    out.family("nexo_mock_deliveries_stored", type::gauge, "Deliveries that can be asked for.");
    out.sample({}, sums.stored);
    // No counter: one that was given up may be acknowledged after all, by hand.
    out.family("nexo_mock_webhooks", type::gauge, "Webhooks by how they stand.");
    out.sample({{"state", "waiting"}}, sums.waiting);
    out.sample({{"state", "acknowledged"}}, sums.acknowledged);
    out.sample({{"state", "given_up"}}, sums.given_up);
    out.family("nexo_mock_webhook_attempts_total", type::counter,
               "Webhook attempts that have ended, but for those made by hand.");
    out.sample({}, sums.attempts);
    out.family("nexo_mock_webhook_attempts_in_flight", type::gauge,
               "Webhook attempts on their way.");
    out.sample({}, sums.in_flight);
    out.family("nexo_mock_due_queue_depth", type::gauge,
               "Status changes and webhook attempts to come.");
    out.sample({}, sums.due);
    out.family("nexo_mock_deliveries_bytes", type::gauge,
               "Memory of deliveries, with their webhooks and what is due of them.");
    out.sample({}, sums.delivery_bytes);
    out.family("nexo_mock_journal_bytes", type::gauge, "Memory of what the journals remember.");
    out.sample({{"what", "request"}}, sums.call_bytes);
    out.sample({{"what", "webhook_attempt"}}, sums.attempt_bytes);
    out.family("nexo_mock_evictions_total", type::counter,
               "What made way because a bound was reached.");
    out.sample({{"what", "delivery"}}, sums.deliveries_evicted);
    out.sample({{"what", "request"}}, sums.calls_evicted);
    out.sample({{"what", "webhook_attempt"}}, sums.attempts_evicted);
}

void write_money(metrics_writer& out, const account_sums& sums) {
    out.family("nexo_mock_money_dollars", type::gauge,
               "Money of all wallets: what was deposited is left, held for pending deliveries, or "
               "charged.");
    const auto sample = [&](std::string_view what, domain::money amount) {
        std::string text;
        codec::append_money(text, amount);
        out.sample("", {{"what", what}}, text);
    };
    sample("deposited", sums.deposited);
    sample("left", sums.left);
    sample("held", sums.held);
    sample("charged", sums.charged);
}

}  // namespace

std::string worker_host::metrics() {
    account_sums sums;
    visit(control::scope::all(),
          [&](const control::visited_account& each) { sums.add(each.world); });
    visit_strangers([&](const auto& strangers) {
        sums.calls_evicted += strangers.evicted();
        sums.call_bytes += strangers.bytes();
    });
    workers all;
    std::uint64_t connections = 0;
    for (const auto* each : emulator_.workers()) {
        all.push_back(&each->metrics());
        connections += each->connections();
    }

    std::string text;
    metrics_writer out{text};
    out.family("nexo_mock_build_info", type::gauge, "The version, as a label.");
    out.sample({{"version", version}}, 1);
    write_calls(out, all);
    write_durations(out, all);
    write_sums(out, sums);
    write_money(out, sums);
    out.family("nexo_mock_events_evicted_total", type::counter,
               "Events that followers can no longer get.");
    out.sample({}, emulator_.events().evicted());
    out.family("nexo_mock_waiters", type::gauge, "Calls that wait for a code.");
    out.sample({}, emulator_.waiters().size());
    out.family("nexo_mock_event_followers", type::gauge, "Streams of events that are open.");
    out.sample({}, emulator_.events().followers());
    out.family("nexo_mock_connections", type::gauge, "Connections that are open.");
    out.sample({}, connections);
    write_lateness(out, all);
    return text;
}

}  // namespace nexo_mock::runtime
