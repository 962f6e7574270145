import { h } from "./dom.js";
import { failureWords, statusWords } from "./format.js";
import { icon } from "./icons.js";

/** Icon, word and colour of a delivery's status; each of them would do alone. */
export function statusBadge(delivery) {
  return h("span", { class: `status ${delivery.status}` }, icon(delivery.status),
    h("span", {}, statusWords(delivery)));
}

export function failurePart(delivery) {
  return delivery.error_code ? h("span", { class: "failure" }, failureWords(delivery.error_code)) : null;
}

const WEBHOOKS = {
  acknowledged: ["good", "webhook acknowledged"], waiting: ["open", "webhook not acknowledged yet"],
  given_up: ["bad", "webhook given up"],
};

export function webhookWords(state) {
  return WEBHOOKS[state]?.[1] ?? "";
}

export function webhookBadge(state) {
  if (!WEBHOOKS[state]) return null;
  const [kind, words] = WEBHOOKS[state];
  return h("span", { class: `hook ${kind}` }, words);
}

/** A code in groups, so that it is read as it is said. */
export function codeElement(code, extra = "") {
  return h("span", { class: `code ${extra}` }, code);
}
