// The calls that applications made, as they were answered: this is where refusals are explained.
import { block } from "./attempts.js";
import { h, replace, setText } from "./dom.js";
import { choiceBar, searchBox } from "./filters.js";
import { phone, plural, pretty } from "./format.js";
import { icon } from "./icons.js";
import { setListKeys } from "./keys.js";
import { WindowedList } from "./list.js";
import { account, go, hashOf, linkTo, narrow, route } from "./router.js";
import { followRequests, requests } from "./state.js";
import { exactly, timeElement } from "./clockwork.js";

function kindOf({ status }) {
  if (status === null) return "lost";
  return status < 400 ? "good" : "refused";
}

const KIND_ICONS = { good: "delivered", refused: "failed", lost: "warning" };

function statusPart(entry) {
  const kind = kindOf(entry);
  return h("span", { class: `http ${kind}` }, icon(KIND_ICONS[kind]), h("b", {}, entry.status ?? "no reply"));
}

/** What a call that got what it wanted was about. */
function asked({ endpoint, path, body }) {
  if (endpoint === "deliveries") return path.split("/").at(-1).slice(0, 36);
  try {
    const { phone: number, code } = JSON.parse(body);
    return `${code} to ${phone(number)}`;
  } catch {
    return endpoint ?? path;
  }
}

/** In a few words what became of the call. */
function outcome(entry) {
  const { error, why, fault } = entry;
  if (why) return why;
  if (fault) return `fault: ${fault}`;
  return error ?? asked(entry);
}

function row(entry) {
  const { seq, method, endpoint, path, account: of, time, error, rule } = entry;
  return h("div", { class: "row request-row" },
    h("a", { class: "row-link", href: hashOf("requests", String(seq), route.value.query), "aria-label": `${method} ${path}: ${entry.status ?? "no reply"}` }),
    statusPart(entry),
    h("span", { class: "call" }, h("span", {}, endpoint ?? path ?? "no HTTP"), h("small", {}, method)),
    h("span", { class: "why" }, h("span", { class: "words" }, outcome(entry)), h("small", {}, [error, !error && rule && `rule ${rule}`, of ?? "no account"].filter(Boolean).join(" · "))),
    h("span", { class: "when" }, timeElement(time, of)));
}

function chosen({ kind, q = "" }) {
  const wanted = q.trim().toLowerCase();
  const of = account();
  return requests.entries.filter((each) => (!kind || kindOf(each) === kind) && (!of || each.account === of) && each.text.includes(wanted)).reverse();
}

function nothing() {
  if (!requests.isComplete) return h("p", { class: "quiet-words" }, "Reading what there is…");
  return requests.entries.length > 0
    ? h("div", { class: "welcome" }, h("h2", {}, "No request fits"), h("button", { on: { click: () => narrow({ q: "", kind: "", account: "" }) } }, "Show all requests"))
    : h("div", { class: "welcome" }, h("h2", {}, "No requests yet"),
      h("p", {}, "Every call that reaches ", h("code", {}, `${location.origin}/api/v1`), " is listed here, and why it was refused if it was. Nothing here means that nothing has arrived: is your application's base URL right?"));
}

function detail(entry, close) {
  const { method, path, status, error, why, rule, delivery, fault, latency, body, reply, account: of, time } = entry;
  const facts = [
    ["Account", of ? h("a", { href: linkTo("accounts", of), class: "account" }, of) : "none: the key is missing, malformed or not listed, or the path is nobody's"],
    ["Error", error && h("code", {}, error)], ["Rule", rule && h("a", { href: linkTo("scenario") }, `“${rule}”`)],
    ["Code", delivery && h("a", { href: linkTo("codes", delivery) }, h("code", { class: "id" }, delivery))],
    ["Fault", fault], ["Held up for", latency], ["At", exactly(time)],
  ].filter(([, value]) => value);
  return [
    h("div", { class: "panel-head" }, h("button", { class: "quiet", "aria-label": "Back to the list", title: "Back to the list (Esc)", on: { click: close } }, icon("back"), h("span", {}, "Requests"))),
    h("div", { class: "panel-body" },
      h("h2", { class: "title" }, `${method} ${path}`),
      h("p", { class: "lead" }, statusPart(entry), why && h("span", {}, why)),
      h("dl", { class: "details" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
      body !== null && block("Request body", pretty(body)),
      block(status === null ? "No reply" : `Reply: ${status}`, reply === null ? "" : pretty(reply))),
  ];
}

export function requestsView(main) {
  const list = new WindowedList({ label: "Requests", rowHeight: 52, makeRow: row, keyOf: (each) => String(each.seq), signOf: () => JSON.stringify(route.value.query), empty: nothing });
  const search = searchBox("Search requests", "Path, reason or number");
  const bar = choiceBar("Outcome", "kind", [["", "All"], ["good", "Answered"], ["refused", "Refused"], ["lost", "No reply"]]);
  const count = h("p", { class: "count" });
  const panel = h("section", { class: "panel", "aria-label": "Request" });
  const split = h("div", { class: "split" },
    h("section", { class: "master" }, h("div", { class: "bar" }, h("h1", {}, "Requests"), search.element, bar.element, count), list.element), panel);
  replace(main, split);
  let sign = "";
  let open = "";
  let drawing = 0;
  const close = () => {
    const seq = open;
    if (!seq) return;
    go("requests");
    list.select(seq, { focus: true });
  };
  const draw = ({ view, item, query } = route.value) => {
    if (view !== "requests") return;
    const now = JSON.stringify(query);
    const found = chosen(query);
    list.show(found, { isSame: now === sign });
    sign = now;
    setText(count, plural(found.length, "request"));
    const entry = item ? requests.bySeq.get(Number(item)) : null;
    split.classList.toggle("is-open", Boolean(item));
    if (open === item && (entry || !item)) return;
    open = entry ? item : "";
    replace(panel, entry ? detail(entry, close) : item && requests.isComplete && h("div", { class: "panel-body" }, h("div", { class: "welcome" }, h("h2", {}, "This request is not there"), h("p", {}, "A reset has taken it away, or the journal no longer holds it. "), h("a", { href: "#/requests" }, "All requests"))));
    list.select(item || null);
  };
  const stopRoute = route.follow(draw);
  const stopFeed = requests.changed.listen(() => {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => draw());
  });
  followRequests();
  const openCurrent = () => list.currentEntry && go("requests", String(list.currentEntry.seq));
  setListKeys(list, { openRow: openCurrent, isOpen: () => Boolean(open), close, search });
  return () => {
    cancelAnimationFrame(drawing);
    list.stop();
    bar.stop();
    search.stop();
    stopRoute();
    stopFeed();
  };
}
