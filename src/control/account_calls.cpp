#include <nexo_mock/codec/account_reader.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/views.hpp>
#include <nexo_mock/domain/api_key.hpp>

namespace nexo_mock::control {

namespace {

using codec::json_writer;

/// A target that no webhook gets to is a mistake of whoever sets it.
void check_target(const codec::allowed_targets& allowed, const codec::field& body,
                  const codec::account_patch& patch) {
    const auto target = patch.changes.target.value_or(nullptr);
    const auto url = target ? codec::http_url::parse(target->url) : std::nullopt;
    const auto objection = url ? allowed.objection_to(*url) : std::string{};
    if (!objection.empty()) body.child("webhook")->child("url")->complain(objection);
}

void apply(const codec::account_patch& patch, domain::world& to) {
    for (const auto which : domain::all_buckets) {
        const auto& amount = patch.amounts[static_cast<std::size_t>(which)];
        if (amount) to.set_bucket(which, *amount);
    }
    to.change_account(patch.changes);
}

}  // namespace

void accounts(host& of_all, const call& of) {
    auto shown = page::asked_for(of, of_all.numbers().account + 1);
    if (!shown) return;
    std::size_t found = 0;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto seq = account.number + 1;
        if (!shown->holds(seq) || found == shown->wanted()) return;
        ++found;
        std::string text;
        json_writer json{text};
        write_account(json, account);
        shown->add(seq, std::move(text));
    });
    json_writer json{of.out.body};
    json.begin_object().member("ok", true);
    shown->write(json, "accounts");
    json.end_object();
}

void show_account(host& of_all, const call& of) {
    of_all.visit(of.scope, [&](const visited_account& account) {
        json_writer json{of.out.body};
        json.begin_object().member("ok", true).key("account");
        write_account(json, account);
        json.end_object();
    });
}

void change_account(host& of_all, const call& of) {
    codec::account_patch patch;
    const auto read = [&](const codec::field& body) {
        patch = codec::read_account_patch(body);
        check_target(of_all.allowed_targets(), body, patch);
    };
    if (!read_body(of, read)) return;
    of_all.visit(of.scope, [&](const visited_account& account) { apply(patch, account.world); });
    show_account(of_all, of);
}

}  // namespace nexo_mock::control
