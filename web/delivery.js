// One delivery: what became of the code, why, and what can be done about it.
import { get, request, path, send } from "./api.js";
import { attemptsPart } from "./attempts.js";
import { copy } from "./copy.js";
import { makePart, h, replace } from "./dom.js";
import { onEvent } from "./events.js";
import { carrierName, failureCodes, failureWords, money, phone, shellQuoted } from "./format.js";
import { icon } from "./icons.js";
import { linkTo } from "./router.js";
import { soon } from "./signal.js";
import { nowOf, readDelivery } from "./state.js";
import { codeElement, statusBadge } from "./status.js";
import { complain, doing, say } from "./toast.js";
import { timeElement } from "./clockwork.js";
import { timelinePart } from "./timeline.js";

const MONEY_WORDS = { held: "held until the call ends", charged: "charged", refunded: "refunded in full" };
const BUCKET_WORDS = { balance: "balance", bonus_credit: "bonus credit", free_credit: "free credit" };

export function sendCommand({ phone: number, code }) {
  return `curl -X POST ${location.origin}/api/v1/send-otp \\
  -H "Authorization: Bearer $NEXO_KEY" \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuoted(JSON.stringify({ phone: number, code }))}`;
}

function headPart({ code, phone: number, carrier, account, ...rest }) {
  return [
    h("div", { class: "big-code" }, codeElement(code, "big"),
      h("button", { id: "copy-code", on: { click: () => copy(code, code) } }, icon("copy"), "Copy")),
    h("p", { class: "lead" }, statusBadge(rest),
      rest.error_code && h("span", { class: "failure" }, failureWords(rest.error_code))),
    h("p", {}, "The code that ", h("a", { href: linkTo("accounts", account), class: "account" }, account),
      " wanted read out to ", h("strong", { class: "number" }, phone(number)), ` (${carrierName(carrier)}), `,
      timeElement(Date.parse(rest.created_at), account), "."),
  ];
}

/** Which rule decided, and what it does, in a sentence. */
function reason({ rule, what }) {
  if (!rule) return ["No rule decided: it ends after 25 to 60 s, as at the real service."];
  return ["Decided by the rule ", h("a", { href: linkTo("scenario") }, `“${rule}”`), what ? `: ${what}.` : "."];
}

function factsPart({ delivery, what }) {
  const used = Object.entries(delivery.drawn).filter(([, amount]) => amount > 0);
  const drawn = used.map(([bucket, amount]) => `${used.length > 1 ? `${money(amount)} ` : ""}from ${BUCKET_WORDS[bucket]}`);
  const price = money(Object.values(delivery.drawn).reduce((sum, each) => sum + each, 0).toFixed(6).replace(/0+$/, ""));
  const facts = [
    ["Why", reason({ rule: delivery.rule, what })],
    ["Cost", [`${price}, ${MONEY_WORDS[delivery.settlement]}`, drawn.length > 0 && h("small", {}, drawn.join(" and "))]],
    ["Code read", delivery.code_read ? "Yes, a test asked for it" : "No, nothing has asked for it yet"],
    ["Carrier said", delivery.carrier_status ?? "nothing yet"],
    ["Id", h("code", { class: "id" }, delivery.id)],
  ];
  return h("dl", { class: "details" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

async function saveScenario(id) {
  const scenario = await (await request(path(`deliveries/${encodeURIComponent(id)}/scenario`))).json();
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(scenario, null, 2)}\n`], { type: "application/json" }));
  const link = h("a", { href: address, download: `delivery-${id.slice(0, 8)}.json`, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  say("Saved as a scenario: nexo-mock --scenario FILE makes it happen again");
}

function actionsPart({ id, phone: number, code, status }, reread) {
  const complete = (body) => doing(async () => {
    await send("POST", `deliveries/${encodeURIComponent(id)}/complete`, {}, body());
    await reread();
  });
  const codes = h("select", { id: "error-code", "aria-label": "Reason of the failure" },
    failureCodes.map((each) => h("option", { value: each }, failureWords(each))));
  return h("div", { class: "actions" },
    status === "sent" && [
      h("button", { id: "deliver", class: "primary", on: { click: complete(() => ({ status: "delivered" })) } }, "Deliver now"),
      h("span", { class: "joined" },
        h("button", { id: "fail", on: { click: complete(() => ({ status: "failed", error_code: codes.value })) } }, "Fail with"), codes),
    ],
    h("button", { id: "save", on: { click: doing(() => saveScenario(id)) } }, "Save as scenario"),
    h("button", { id: "copy-curl", on: { click: () => copy(sendCommand({ phone: number, code }), "the curl command") } }, "Copy as curl"));
}

/** What the rule of that name does; nothing if the scenario is another one by now. */
async function wordsOf(rule, account) {
  const { rules } = await get("scenario", { account });
  return rules.find(({ name }) => name === rule)?.what ?? "";
}

function gone(place, id) {
  replace(place, h("div", { class: "welcome" }, h("h2", {}, "This delivery is not there"),
    h("p", {}, "A reset has taken it away, or newer ones have taken its place. Its id was ", h("code", { class: "id" }, id), ".")));
}

/** Fills the place with a delivery for as long as it is not told to stop. */
export function deliveryPanel(place, id, close) {
  const parts = Object.fromEntries(["head", "actions", "facts", "timeline", "attempts"].map((name) => [name, h("div", { class: `part part-${name}` })]));
  const body = h("div", { class: "panel-body" }, Object.values(parts));
  replace(place,
    h("div", { class: "panel-head" },
      h("button", { class: "quiet", id: "close-delivery", "aria-label": "Back to the list", title: "Back to the list (Esc)", on: { click: close } },
        icon("back"), h("span", {}, "Codes"))),
    body);
  const opened = new Set();
  const reread = () => read().catch(complain);
  const makers = {
    head: makePart(parts.head, headPart),
    actions: makePart(parts.actions, (data) => actionsPart(data, reread)),
    facts: makePart(parts.facts, factsPart),
    timeline: makePart(parts.timeline, timelinePart),
    attempts: makePart(parts.attempts, (data) => attemptsPart(data, opened, reread)),
  };
  let isStopped = false;
  let shown = null;
  // The line of a call that has not ended grows.
  const showTimeline = () => {
    if (!shown) return;
    const { account, status } = shown.delivery;
    makers.timeline({ ...shown, now: status === "sent" ? Math.floor(nowOf(account) / 1000) * 1000 : 0 });
  };
  const growing = setInterval(showTimeline, 1000);
  let what = null;
  async function read() {
    const [delivery, sent] = await Promise.all([readDelivery(id), get("webhooks", { delivery: id, limit: 200 })]);
    if (isStopped) return;
    if (!delivery) return gone(body, id);
    if (!body.contains(parts.head)) replace(body, Object.values(parts));
    what ??= await wordsOf(delivery.rule, delivery.account).catch(() => "");
    const { code, phone: number, carrier, account, status, error_code, created_at } = delivery;
    makers.head({ code, phone: number, carrier, account, status, error_code, created_at });
    makers.actions({ id, phone: number, code, status });
    makers.facts({ delivery: { ...delivery, timeline: [], webhooks: [] }, what });
    shown = { delivery, sent: sent.attempts };
    showTimeline();
    makers.attempts({ delivery, sent: sent.attempts });
  }
  const rereadSoon = soon(reread, 40, 200);
  const stopEvents = onEvent((type, data) => {
    if (data?.delivery === id || type === "reset" || type === "gap" || type === "resumed" || type === "clock") rereadSoon();
  });
  reread();
  return {
    id,
    stop() {
      isStopped = true;
      clearInterval(growing);
      stopEvents();
    },
  };
}
