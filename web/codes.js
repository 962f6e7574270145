// The inbox: every code that an application has sent, newest first, and beside it the one that is open.
import { copy } from "./copy.js";
import { deliveryPanel } from "./delivery.js";
import { h, replace, setText } from "./dom.js";
import { onEvent } from "./events.js";
import { choiceBar, searchBox } from "./filters.js";
import { carrierName, phone, plural, shellQuoted, toInternational } from "./format.js";
import { icon } from "./icons.js";
import { setListKeys } from "./keys.js";
import { WindowedList } from "./list.js";
import { account, go, hashOf, narrow, route } from "./router.js";
import { deliveries } from "./state.js";
import { codeElement, failurePart, statusBadge, webhookBadge } from "./status.js";
import { timeElement } from "./clockwork.js";

const ROW = 60;

function row(delivery) {
  const { id, code, number, carrier, rule, at, arrived } = delivery;
  return h("div", { class: Date.now() - arrived < 1500 ? "row arrived" : "row" },
    h("a", {
      class: "row-link", href: hashOf("codes", id, route.value.query),
      "aria-label": `Code ${code} to ${phone(number)}, ${statusBadge(delivery).textContent}`,
    }),
    codeElement(code),
    h("span", { class: "to" }, h("span", { class: "number" }, phone(number)), h("small", {}, carrierName(carrier))),
    h("span", { class: "outcome" }, statusBadge(delivery), h("small", {}, failurePart(delivery) ?? webhookBadge(delivery.webhook))),
    h("span", { class: "why" }, h("span", { class: "rule" }, rule ? [h("i", {}, "rule "), rule] : h("i", {}, "no rule")), h("small", {}, delivery.account)),
    h("span", { class: "when" }, timeElement(at, delivery.account)),
    h("button", {
      class: "quiet copy", "aria-label": `Copy code ${code}`, title: "Copy the code", tabindex: "-1",
      on: { click: () => copy(code, code) },
    }, icon("copy")));
}

const LEAST_OF_ID = 4; // fewer digits are in many ids by chance, and are meant for codes and numbers

/** 098 123, +84 98, 4829 and the beginning of an id all find. */
function searchFor(typed) {
  const plain = typed.trim().toLowerCase();
  if (!plain) return () => true;
  const number = toInternational(plain);
  const isId = (id) => plain.length >= LEAST_OF_ID && id.startsWith(plain);
  return ({ text, id }) => text.includes(plain) || isId(id) || (number !== plain && /\d/.test(number) && text.includes(number));
}

function chosen({ status, q = "", account: of }) {
  const fits = searchFor(q);
  const found = [];
  for (let i = deliveries.entries.length - 1; i >= 0; i -= 1) {
    const each = deliveries.entries[i];
    if ((!status || each.status === status) && (!of || each.account === of) && fits(each)) found.push(each);
  }
  return found;
}

function firstCommand() {
  return `curl -X POST ${location.origin}/api/v1/send-otp \\
  -H ${shellQuoted("Authorization: Bearer sk_live_my_first_key")} \\
  -H ${shellQuoted("Content-Type: application/json")} \\
  -d ${shellQuoted('{"phone":"+84981234567","code":"482917"}')}`;
}

function nothingYet() {
  if (!deliveries.isComplete) return h("p", { class: "quiet-words" }, "Reading what there is…");
  const command = firstCommand();
  return h("div", { class: "welcome" },
    h("h2", {}, "No codes yet"),
    h("p", {}, "When your application calls ", h("code", {}, "send-otp"),
      ", the code that the call would have read out appears here. No phone rings, and no money is spent."),
    h("p", {}, "Try it from a terminal:"),
    h("div", { class: "command" }, h("pre", { tabindex: "0" }, command),
      h("button", { on: { click: () => copy(command, "the command") } }, icon("copy"), "Copy")),
    h("p", {}, "Then point your application at ", h("code", {}, `${location.origin}/api/v1`), " instead of ",
      h("code", {}, "https://nexoroute.dev/api/v1"), ". Any key that begins with ", h("code", {}, "sk_live_"), " will do."));
}

function nothingFits() {
  return h("div", { class: "welcome" }, h("h2", {}, "No code fits"),
    h("p", {}, `${plural(deliveries.entries.length, "code")} there ${deliveries.entries.length === 1 ? "is" : "are"}, but none is what you look for.`),
    h("button", { on: { click: () => narrow({ q: "", status: "", account: "" }) } }, "Show all codes"));
}

function announce(before) {
  const added = deliveries.entries.filter((each) => each.seq > before);
  if (added.length === 0) return;
  const last = added.at(-1);
  const words = added.length === 1 ? `New code ${last.code} to ${phone(last.number)}` : `${added.length} new codes`;
  replace(document.getElementById("announcer"), h("p", {}, words));
}

export function codesView(main) {
  const list = new WindowedList({
    label: "Codes", rowHeight: ROW, makeRow: row, keyOf: (each) => each.id,
    signOf: ({ status, error_code, webhook, rule }) => `${status} ${error_code} ${webhook} ${rule} ${route.value.query.q ?? ""} ${route.value.query.status ?? ""}`,
    empty: () => (deliveries.entries.length ? nothingFits() : nothingYet()),
  });
  const search = searchBox("Search codes", "Number, code or id");
  const bar = choiceBar("Status", "status", [["", "All"], ["sent", "Calling"], ["delivered", "Delivered"], ["failed", "Failed"]]);
  const count = h("p", { class: "count" });
  const panel = h("section", { class: "panel", "aria-label": "Delivery" });
  const split = h("div", { class: "split" },
    h("section", { class: "master" },
      h("div", { class: "bar" }, h("h1", {}, "Codes"), search.element, bar.element, count),
      list.element), panel);
  replace(main, split);

  let open = null;
  let sign = "";
  let announced = deliveries.isComplete ? deliveries.lastSeq : null;
  let drawing = 0;

  const draw = ({ view, item, query } = route.value) => {
    if (view !== "codes") return;
    const now = JSON.stringify([query.status ?? "", query.q ?? "", account() ?? ""]);
    const found = chosen(query);
    list.show(found, { isSame: now === sign });
    sign = now;
    const { evicted, dropped } = deliveries;
    setText(count, !deliveries.isComplete && found.length > 0 ? `Reading, ${found.length.toLocaleString("en")} so far` : found.length === deliveries.entries.length
      ? plural(found.length, "code") : `${found.length.toLocaleString("en")} of ${plural(deliveries.entries.length, "code")}`);
    count.title = evicted + dropped > 0 ? `${plural(evicted + dropped, "older one")} are no longer kept` : "";
    showPanel(item);
  };

  const showPanel = (id) => {
    if (open?.id === id) return;
    open?.stop();
    replace(panel);
    split.classList.toggle("is-open", Boolean(id));
    open = id ? deliveryPanel(panel, id, close) : null;
    if (id) list.select(id);
    else list.draw();
  };
  const close = () => {
    if (!open) return;
    const { id } = open;
    go("codes");
    list.select(id, { focus: true });
  };

  const stopRoute = route.follow(draw);
  const stopFeed = deliveries.changed.listen(() => {
    if (announced !== null) announce(announced);
    announced = deliveries.isComplete ? deliveries.lastSeq : announced;
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => draw());
  });
  const stopEvents = onEvent((type) => {
    if (type === "reset") announced = null;
  });

  const openCurrent = () => list.currentEntry && go("codes", list.currentEntry.id);
  setListKeys(list, { openRow: openCurrent, isOpen: () => Boolean(open), close, search },
    { c: () => list.currentEntry && copy(list.currentEntry.code, list.currentEntry.code) });
  return () => {
    cancelAnimationFrame(drawing);
    open?.stop();
    list.stop();
    bar.stop();
    search.stop();
    stopRoute();
    stopFeed();
    stopEvents();
  };
}
