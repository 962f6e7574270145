// One account.
import { send } from "./api.js";
import { block } from "./attempts.js";
import { confirm } from "./dialog.js";
import { h, makePart, replace } from "./dom.js";
import { money, plural, pretty } from "./format.js";
import { icon } from "./icons.js";
import { hashOf } from "./router.js";
import { accounts, refreshAccounts } from "./state.js";
import { answerWords } from "./timeline.js";
import { doing, say } from "./toast.js";

const BUCKETS = [["free_credit", "Free credit"], ["bonus_credit", "Bonus credit"], ["balance", "Balance"]];

async function change(account, patch, done) {
  await send("PATCH", "account", { account }, patch);
  await refreshAccounts();
  say(done);
}

/** Amounts are decimal; in whole millionths nothing is lost. */
function sum(a, b) {
  return Math.round(Number(a) * 1e6 + Number(b) * 1e6) / 1e6;
}

function headPart({ account, balance, scenario, clock, revoked }) {
  return [
    h("h2", { class: "title" }, account),
    h("p", { class: "lead" }, h("strong", { class: "amount" }, money(balance)), " in the wallet",
      revoked && h("span", { class: "status failed" }, icon("failed"), h("span", {}, "Revoked"))),
    h("p", {}, "Under the scenario ", h("a", { href: hashOf("scenario", "", { account }) }, scenario), ", with the clock ",
      h("a", { href: hashOf("clock", "", { account }) }, clock.mode), ". ",
      h("a", { href: hashOf("codes", "", { account }) }, "Its codes"), " · ", h("a", { href: hashOf("requests", "", { account }) }, "its requests")),
  ];
}

function walletPart({ account, buckets }) {
  const inputs = Object.fromEntries(BUCKETS.map(([name, words]) => [name,
    h("input", { id: `bucket-${name}`, type: "number", step: "0.000001", min: "0", value: buckets[name], inputmode: "decimal", "aria-label": words, required: true })]));
  const topUp = (by) => h("button", {
    type: "button", id: `top-up-${by}`,
    on: { click: doing(() => change(account, { balance: sum(buckets.balance, by) }, `Topped up by ${money(by)}`)) },
  }, `+ $${by}`);
  return [
    h("h2", {}, "Wallet"),
    h("form", {
      class: "wallet",
      on: {
        submit: doing(() => change(account,
          Object.fromEntries(BUCKETS.map(([name]) => [name, Number(inputs[name].value)])), "The wallet holds that now")),
      },
    },
      h("div", { class: "buckets" }, BUCKETS.map(([name, words]) => h("label", { class: "bucket" }, h("span", {}, words), h("span", { class: "dollars" }, inputs[name])))),
      h("div", { class: "actions" }, h("button", {}, "Set amounts"), h("span", { class: "gap" }), "Top up", topUp(1), topUp(10), topUp(100))),
  ];
}

async function ping(account, place) {
  const { attempt } = await send("POST", "webhooks/ping", { account });
  const { outcome, request, reply } = attempt;
  replace(place, h("div", { class: `attempt-result ${outcome === "acknowledged" ? outcome : "refused"}`, role: "status" },
    h("p", {}, icon(outcome === "acknowledged" ? "delivered" : "failed"), ` The receiver: ${answerWords(attempt)}`),
    block("Ping body", pretty(request.body)), attempt.status !== null && block(`Reply: ${attempt.status}`, reply ?? "")));
}

function webhookPart({ account, webhook }) {
  const url = h("input", { id: "webhook-url", type: "url", required: true, placeholder: "http://127.0.0.1:3000/webhooks/nexo", value: webhook?.url ?? "" });
  const secret = h("input", {
    id: "webhook-secret", type: "password", required: true, autocomplete: "off",
    placeholder: webhook ? "•••••• (never shown; type it again to change the target)" : "whsec_…",
  });
  const result = h("div", {});
  return [
    h("h2", {}, "Webhooks"),
    h("form", {
      class: "stack",
      on: {
        submit: doing(async () => {
          await change(account, { webhook: { url: url.value, secret: secret.value } }, "Webhooks go there now");
          secret.value = "";
        }),
      },
    },
      h("label", { for: "webhook-url" }, "Target"), url,
      h("label", { for: "webhook-secret" }, "Secret"), secret,
      h("div", { class: "actions" }, h("button", {}, "Set target"),
        webhook && h("button", { type: "button", id: "no-webhook", on: { click: doing(() => change(account, { webhook: null }, "Webhooks go nowhere now")) } }, "No target"),
        webhook && h("button", { type: "button", id: "ping", on: { click: doing(() => ping(account, result)) } }, "Send a test ping"))),
    result,
  ];
}

function accessPart({ account, ip_allowlist: allowed, revoked }) {
  const input = h("textarea", { id: "allowlist", rows: Math.min(6, allowed.length + 1), spellcheck: "false", placeholder: "10.0.0.0/8" }, allowed.join("\n"));
  return [
    h("h2", {}, "Access"),
    h("form", {
      class: "stack",
      on: {
        submit: doing(() => change(account, { ip_allowlist: input.value.split(/[\s,]+/).filter(Boolean) }, "The allowlist counts now")),
      },
    },
      h("label", { for: "allowlist" }, "Addresses that may call; empty lets everybody in"), input,
      h("div", { class: "actions" }, h("button", {}, "Set allowlist"),
        h("button", {
          type: "button", id: "revoke", "aria-pressed": String(revoked),
          on: { click: doing(() => change(account, { revoked: !revoked }, revoked ? "The key is good again" : "The key is revoked")) },
        }, revoked ? "Un-revoke the key" : "Revoke the key"))),
  ];
}

function restPart({ account, deliveries, webhooks, requests }) {
  const facts = [
    ["Codes", `${plural(deliveries.accepted, "sent", "sent")}: ${deliveries.delivered} delivered, ${deliveries.failed} failed, ${deliveries.pending} under way`],
    ["Requests", `${requests}, of which ${deliveries.refused} refused and ${deliveries.lost} lost`],
    ["Webhooks", `${webhooks.acknowledged} acknowledged, ${webhooks.waiting} waiting, ${webhooks.given_up} given up, in ${plural(webhooks.attempts, "attempt")}`],
  ];
  return [
    h("dl", { class: "details" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("div", { class: "actions" }, h("button", {
      id: "reset-account", class: "danger",
      on: {
        click: doing(async () => {
          if (!await confirm("Reset this account?", "Its wallet, codes, rules and clock begin anew. Other accounts notice nothing.", "Reset the account")) return;
          await send("POST", "reset", { account });
          say("The account begins anew");
        }),
      },
    }, "Reset this account")),
  ];
}

export function accountPanel(place, name, close) {
  const parts = { head: headPart, wallet: walletPart, webhook: webhookPart, access: accessPart, rest: restPart };
  const wants = {
    head: ({ account, balance, scenario, clock, revoked }) => ({ account, balance, scenario, clock: { mode: clock.mode }, revoked }),
    wallet: ({ account, buckets }) => ({ account, buckets }),
    webhook: ({ account, webhook }) => ({ account, webhook }),
    access: ({ account, ip_allowlist, revoked }) => ({ account, ip_allowlist, revoked }),
    rest: ({ account, deliveries, webhooks, requests }) => ({ account, deliveries, webhooks, requests }),
  };
  const places = Object.fromEntries(Object.keys(parts).map((each) => [each, h("div", { class: `part part-${each}` })]));
  const makers = Object.entries(parts).map(([each, build]) => [wants[each], makePart(places[each], build)]);
  const body = h("div", { class: "panel-body" });
  replace(place,
    h("div", { class: "panel-head" }, h("button", { class: "quiet", "aria-label": "Back to the list", title: "Back to the list (Esc)", on: { click: close } },
      icon("back"), h("span", {}, "Accounts"))),
    body);
  const show = () => {
    const found = accounts.value.get(name);
    if (!found) {
      replace(body, h("div", { class: "welcome" }, h("h2", {}, "This account is not there"),
        h("p", {}, "A reset has taken it away. It comes back when its key is used again.")));
      return;
    }
    if (!body.contains(places.head)) replace(body, Object.values(places));
    for (const [pick, make] of makers) make(pick(found));
  };
  show();
  return { name, show, stop: () => {} };
}
