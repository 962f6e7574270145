#include <nexo_mock/codec/scenario_writer.hpp>
#include <nexo_mock/codec/step_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>

namespace nexo_mock::codec {

namespace {

void write_price(json_writer& out, const domain::price_list& of) {
    if (of.by_carrier.empty()) {
        out.value(of.usual);
        return;
    }
    out.begin_object();
    if (of.usual != domain::price_list{}.usual) out.member("default", of.usual);
    for (const auto& [carrier, amount] : of.by_carrier)
        out.member(name(carrier), amount);
    out.end_object();
}

template <class Names>
void write_names(json_writer& out, const Names& of) {
    out.begin_array();
    for (const auto each : of)
        out.value(name(each));
    out.end_array();
}

void write_api(json_writer& out, const domain::api_settings& of) {
    const domain::api_settings usual;
    out.begin_object();
    if (of.price != usual.price) write_price(out.key("price"), of.price);
    if (of.refund_failed != usual.refund_failed) out.member("refund_failed", of.refund_failed);
    if (of.order != usual.order) write_names(out.key("spend_order"), of.order);
    if (of.listed_keys_only) out.member("keys", "listed");
    if (!of.no_route.empty()) write_names(out.key("no_route"), of.no_route);
    if (!of.status.empty()) {
        out.key("errors").begin_object();
        for (const auto& [code, status] : of.status)
            out.member(code, status);
        out.end_object();
    }
    out.end_object();
}

/// `url` and `secret`, or nothing.
void write_target(json_writer& out, const domain::webhook_target_ptr& of, secrets how) {
    if (!of) return;
    out.member("url", of->url);
    out.member("secret", how == secrets::masked ? masked_secret : of->secret);
}

void write_webhook(json_writer& out, const domain::webhook_settings& of, secrets how) {
    const domain::webhook_settings usual;
    out.begin_object();
    write_target(out, of.target, how);
    if (of.timeout != usual.timeout) write_delay(out.key("timeout"), of.timeout);
    if (of.retry != usual.retry) {
        out.key("retry").begin_array();
        for (const auto& each : of.retry)
            write_delay(out, each);
        out.end_array();
    }
    if (!of.ca_file.empty()) out.member("ca_file", of.ca_file);
    if (of.insecure != usual.insecure) out.member("insecure", of.insecure);
    out.end_object();
}

/// What accounts and account_defaults have in common, where it is not as in `usual`.
void write_account_fields(json_writer& out, const domain::account_settings& of,
                          const domain::account_settings& usual, secrets how) {
    for (const auto which : domain::all_buckets) {
        if (of.opening[which] != usual.opening[which]) out.member(name(which), of.opening[which]);
    }
    if (!same_target(of.target, usual.target)) {
        out.key("webhook").begin_object();  // {} where there is none, though there usually is
        write_target(out, of.target, how);
        out.end_object();
    }
    if (of.ip_allowlist != usual.ip_allowlist) {
        out.key("ip_allowlist").begin_array();
        for (const auto& each : of.ip_allowlist)
            out.value(format_ip_range(each));
        out.end_array();
    }
    if (of.revoked != usual.revoked) out.member("revoked", of.revoked);
}

void write_account(json_writer& out, const domain::account_settings& of,
                   const domain::account_settings& defaults, secrets how) {
    out.begin_object();
    out.member("key", how == secrets::masked ? domain::masked_key(of.key) : of.key);
    write_account_fields(out, of, defaults, how);
    out.end_object();
}

void write_accounts(json_writer& out, const domain::scenario& of, secrets how) {
    const domain::account_settings usual;
    if (of.account_defaults != usual) {
        out.key("account_defaults").begin_object();
        write_account_fields(out, of.account_defaults, usual, how);
        out.end_object();
    }
    if (of.accounts.empty()) return;
    out.key("accounts").begin_array();
    for (const auto& each : of.accounts)
        write_account(out, each, of.account_defaults, how);
    out.end_array();
}

}  // namespace

void write_scenario(json_writer& out, const domain::scenario& of, secrets how) {
    const domain::scenario usual;
    out.begin_object().member("name", of.name);
    if (!of.description.empty()) out.member("description", of.description);
    if (of.seed) out.member("seed", *of.seed);
    if (of.api != usual.api) write_api(out.key("api"), of.api);
    if (of.webhook != usual.webhook) write_webhook(out.key("webhook"), of.webhook, how);
    write_accounts(out, of, how);
    if (!of.rules.empty()) {
        out.key("rules").begin_array();
        for (std::size_t i = 0; i < of.rules.size(); ++i)
            write_rule(out, of.rules[i], how, i + 1);
        out.end_array();
    }
    out.end_object();
}

}  // namespace nexo_mock::codec
