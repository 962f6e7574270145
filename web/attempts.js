// What was sent to the webhook's receiver and what it said, attempt by attempt.
import { send } from "./api.js";
import { copy } from "./copy.js";
import { h } from "./dom.js";
import { microseconds, pretty, timeOfDay } from "./format.js";
import { icon } from "./icons.js";
import { linkTo } from "./router.js";
import { answerWords } from "./timeline.js";
import { doing, say } from "./toast.js";

export function block(title, text, extra = "") {
  return h("div", { class: `block ${extra}` },
    h("div", { class: "block-head" }, h("h4", {}, title),
      text && h("button", { class: "quiet", "aria-label": `Copy ${title.toLowerCase()}`, on: { click: () => copy(text, title.toLowerCase()) } }, icon("copy"))),
    h("pre", { tabindex: "0", "aria-label": title }, text || "(empty)"));
}

function headersText(headers) {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
}

async function redeliver(seq, opened, reread) {
  const { attempt } = await send("POST", `webhooks/${seq}/redeliver`);
  opened.add(attempt.seq);
  if (attempt.outcome === "acknowledged") say(`Redelivered: ${answerWords(attempt)}`);
  await reread();
}

function attemptElement(attempt, opened, reread) {
  const { seq, kind, number, outcome, request, reply, took_us: took, url, type, ended_at: ended } = attempt;
  const which = kind === "redelivery" ? "Redelivery" : `Attempt ${number}`;
  const signature = request.headers["X-NEXO-Signature"];
  return h("details", {
    class: `attempt ${outcome === "acknowledged" ? outcome : "refused"}`, open: opened.has(seq),
    on: { toggle: (event) => (event.target.open ? opened.add(seq) : opened.delete(seq)) },
  },
    h("summary", { id: `attempt-${seq}` },
      h("span", { class: `status ${outcome === "acknowledged" ? "delivered" : "failed"}` }, icon(outcome === "acknowledged" ? "delivered" : "failed")),
      h("span", { class: "which" }, which), h("span", { class: "answer" }, answerWords(attempt)),
      h("span", { class: "took" }, `in ${microseconds(took)}`),
      h("time", { datetime: ended }, timeOfDay(Date.parse(ended))), icon("more")),
    h("div", { class: "attempt-body" },
      h("p", {}, "POST ", h("code", { class: "url" }, url), " ", h("span", { class: "quiet-words" }, type)),
      block("Request headers", headersText(request.headers)),
      !signature && h("p", { class: "note" }, "A rule left the signature out."),
      block("Request body", pretty(request.body)),
      block(attempt.status === null ? "No reply" : `Reply: ${attempt.status}`, attempt.status === null ? attempt.error ?? "" : reply ?? "", "reply"),
      h("div", { class: "actions" }, h("button", { id: `redeliver-${seq}`, on: { click: doing(() => redeliver(seq, opened, reread)) } }, "Redeliver"))));
}

const STATES = { waiting: "not acknowledged yet", acknowledged: "acknowledged", given_up: "given up" };

function plannedElement({ number, due_at: due }) {
  return h("p", { class: "planned" }, icon("sent"), `Attempt ${number} is planned for `, h("time", { datetime: due }, timeOfDay(Date.parse(due))), ".");
}

function nothing({ status, account }) {
  return h("p", { class: "quiet-words" }, status === "sent"
    ? "A webhook goes out when the call ends, if the account has a target."
    : ["No webhook was sent: the account has no target, or a rule dropped it. ", h("a", { href: linkTo("accounts", account) }, "Set a target")]);
}

export function attemptsPart({ delivery, sent }, opened, reread) {
  const planned = delivery.webhooks.flatMap(({ attempts }) => attempts.filter(({ ended_at: ended }) => !ended));
  const states = delivery.webhooks.map(({ state }) => STATES[state]);
  return [
    h("h2", {}, "Webhooks", states.length > 0 && h("small", {}, states.join(", "))),
    delivery.webhooks.length === 0 && sent.length === 0 && nothing(delivery),
    sent.map((each) => attemptElement(each, opened, reread)),
    planned.map(plannedElement),
  ];
}

