// Which rule would win for a number: the emulator plays it in a copy of the account.
import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { duration, failureWords, phone, toInternational } from "./format.js";
import { icon } from "./icons.js";
import { account } from "./router.js";
import { doing } from "./toast.js";

function eventWords({ type, status, error_code: code, attempt, answer }) {
  if (type === "webhook") return `webhook attempt ${attempt}, if it is answered ${answer}`;
  return status === "failed" ? `fails with ${failureWords(code)}` : "is delivered";
}

function errorOf(body) {
  try {
    return JSON.parse(body).error ?? "";
  } catch {
    return "";
  }
}

function replyWords({ status, fault, body, latency_s: latency }) {
  if (fault) return `The client sees a fault: ${fault}.`;
  const late = latency > 0 ? ` after ${duration(latency * 1000)}` : "";
  return `The reply is ${[status, errorOf(body)].filter(Boolean).join(" ")}${late}.`;
}

function verdictElement({ index, name, verdict, why }) {
  const wins = verdict === "decides";
  return h("li", { class: wins ? "wins" : "" }, icon(wins ? "delivered" : "failed"),
    h("span", {}, h("b", {}, `${index + 1}. ${name}`), h("small", {}, why)));
}

function told({ rules, decided_by: winner, reply, course, account: of }, number) {
  const wins = rules.find(({ index }) => index === winner);
  const passed = rules.filter((each) => each !== wins);
  return [
    h("p", { class: "verdict", role: "status" }, wins ? ["The rule ", h("b", {}, `“${wins.name}”`), " would win for ", phone(number), "."]
      : rules.length === 0 ? "No rule would be asked: the call is refused before." : `No rule would win for ${phone(number)}: it is delivered after 25 to 60 s.`),
    h("p", {}, replyWords(reply)),
    course.length > 0 && h("ol", { class: "course" }, course.slice(0, 20).map((each) => h("li", {}, h("span", { class: "after" }, `+${duration(each.at_s * 1000)}`), eventWords(each)))),
    wins && h("ul", { class: "verdicts" }, verdictElement(wins)),
    passed.length > 0 && h("details", {}, h("summary", {}, `${passed.length} rules before it do not fit`), h("ul", { class: "verdicts" }, passed.map(verdictElement))),
    h("p", { class: "quiet-words" }, of ? `Asked of ${of} as it stands: its wallet, and its rules as often used as they are.` : "Asked of a new account. Choose an account above to ask of one that has a past."),
  ];
}

export function explainPart() {
  const number = h("input", { id: "explain-phone", required: true, inputmode: "tel", placeholder: "+84 98 123 4567", autocomplete: "off" });
  const result = h("div", { class: "explained" });
  const ask = async () => {
    const asked = toInternational(number.value.trim());
    replace(result, told(await get("explain", { phone: asked, account: account() }), asked));
  };
  const element = h("section", { class: "part" }, h("h2", {}, "Which rule would win?"),
    h("form", { class: "stack", on: { submit: doing(ask) } },
      h("label", { for: "explain-phone" }, "If a code were sent to this number"),
      h("div", { class: "joined" }, number, h("button", { id: "explain" }, "Ask"))),
    result);
  return { element };
}
