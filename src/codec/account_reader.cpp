#include <nexo_mock/codec/account_reader.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/rule_writer.hpp>
#include <nexo_mock/codec/value_readers.hpp>

namespace nexo_mock::codec {

namespace {

/// What accounts and account_defaults have in common; `settings` holds what is not given.
void read_account_fields(object_fields& fields, domain::account_settings& settings) {
    for (const auto which : domain::all_buckets) {
        if (const auto amount = fields.get(name(which))) {
            settings.opening[which] = read_money(*amount).value_or(domain::money{});
        }
    }
    if (const auto webhook = fields.get("webhook")) {
        object_fields target{*webhook};
        settings.target = read_target(*webhook, target);
        target.finish();
    }
    if (const auto allowlist = fields.get("ip_allowlist")) {
        settings.ip_allowlist = read_ip_ranges(*allowlist);
    }
    if (const auto revoked = fields.get("revoked")) {
        settings.revoked = revoked->as_bool().value_or(false);
    }
}

}  // namespace

domain::webhook_target_ptr read_target(const field& of, object_fields& fields) {
    const auto url = fields.get("url");
    const auto secret = fields.get("secret");
    const auto where = url ? url->as_string() : std::nullopt;
    const auto key = secret ? secret->as_string() : std::nullopt;
    if (where && !http_url::parse(*where)) url->complain_expected(http_url_form);
    if (url.has_value() != secret.has_value()) {
        of.complain(url ? "\"url\" needs a \"secret\" beside it: every webhook is signed"
                        : "\"secret\" needs a \"url\" beside it");
    }
    if (key && *key == masked_secret) {
        secret->complain("this is a masked secret: write the secret itself");
    }
    if (!where || !key) return nullptr;
    return std::make_shared<const domain::webhook_target>(domain::webhook_target{*where, *key});
}

domain::account_settings read_account(const field& of, const domain::account_settings& defaults) {
    auto settings = defaults;
    object_fields fields{of};
    if (const auto key = fields.require("key")) {
        settings.key = key->as_string().value_or("");
        if (key->is(json_kind::string) && !domain::is_well_formed_key(settings.key)) {
            key->complain_expected("an API key: \"sk_live_\" and more printable characters");
        }
    }
    read_account_fields(fields, settings);
    fields.finish();
    return settings;
}

domain::account_settings read_account_defaults(const field& of,
                                               const domain::account_settings& usual) {
    auto settings = usual;
    object_fields fields{of};
    read_account_fields(fields, settings);
    fields.finish();
    return settings;
}

account_patch read_account_patch(const field& of) {
    account_patch patch;
    object_fields fields{of};
    for (const auto which : domain::all_buckets) {
        const auto amount = fields.get(name(which));
        if (amount) patch.amounts[static_cast<std::size_t>(which)] = read_money(*amount);
    }
    if (const auto webhook = fields.get("webhook")) {
        patch.changes.target.emplace();
        if (!webhook->is(json_kind::null)) {
            object_fields target{*webhook};
            *patch.changes.target = read_target(*webhook, target);
            target.finish();
            if (webhook->is(json_kind::object) && webhook->node().members.empty()) {
                webhook->complain(R"(expected "url" and "secret", or null to send no webhooks)");
            }
        }
    }
    if (const auto allowlist = fields.get("ip_allowlist")) {
        patch.changes.ip_allowlist = read_ip_ranges(*allowlist);
    }
    if (const auto revoked = fields.get("revoked")) patch.changes.revoked = revoked->as_bool();
    fields.finish();
    return patch;
}

}  // namespace nexo_mock::codec
