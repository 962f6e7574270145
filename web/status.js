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
  acknowledged: ["good", "webhook ok", "The receiver has acknowledged the webhook"],
  waiting: ["open", "webhook waits", "The receiver has not acknowledged the webhook yet"],
  given_up: ["bad", "webhook given up", "The receiver has never acknowledged the webhook"],
};

export function webhookBadge(state) {
  if (!WEBHOOKS[state]) return null;
  const [kind, words, title] = WEBHOOKS[state];
  return h("span", { class: `hook ${kind}`, title }, words);
}

export function codeElement(code, extra = "") {
  return h("span", { class: `code ${extra}` }, code);
}
