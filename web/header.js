// What is true of the whole emulator: is it there, what does it run, is anything wrong.
import { connection, tryNow } from "./events.js";
import { h, replace } from "./dom.js";
import { duration, plural } from "./format.js";
import { icon } from "./icons.js";
import { showKeys } from "./keys.js";
import { account, linkTo, narrow, route } from "./router.js";
import { accounts, findings, health } from "./state.js";
import { isDark, startTheme, toggleTheme } from "./theme.js";

const VIEWS = [["codes", "Codes"], ["accounts", "Accounts"], ["scenario", "Scenario"], ["clock", "Clock"], ["requests", "Requests"]];

const STATES = {
  connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", offline: "Offline", paused: "Paused",
};

/** What to do when nobody answers. What was read stays, for it may be what is wanted now. */
function showBanner(state) {
  const banner = document.getElementById("banner");
  banner.hidden = state !== "offline";
  if (state !== "offline") return replace(banner);
  replace(banner, icon("warning"),
    h("p", {}, h("b", {}, `nexo-mock does not answer at ${location.origin}.`), " Start it again there, and the page goes on by itself. What is shown is from before."),
    h("button", { on: { click: tryNow } }, "Try now"));
}

function connectionPart() {
  const element = h("button", { class: "connection", on: { click: tryNow } });
  let offline = 0;
  const show = (state) => {
    element.dataset.state = state;
    element.title = state === "offline" ? "nexo-mock does not answer. Is it still running? Press to try now."
      : state === "live" ? "What happens is shown as it happens" : "";
    replace(element, h("span", { class: "dot", "aria-hidden": "true" }), h("span", {}, STATES[state]));
  };
  const say = (state) => {
    show(state);
    showBanner(state);
  };
  connection.follow(({ state }) => {
    clearTimeout(offline);
    // A blink is no news.
    if (state !== "reconnecting") return say(state);
    if (element.dataset.state !== "offline") {
      say("reconnecting");
      offline = setTimeout(() => say("offline"), 3000);
    }
  });
  return element;
}

function factsPart() {
  const element = h("dl", { class: "facts" });
  health.follow((now) => {
    if (!now) return;
    const up = duration(now.uptime_s * 1000);
    replace(element, [["scenario", now.scenario], ["clock", now.clock], ["seed", now.seed], ["version", now.version], ["up", up]]
      .map(([name, value]) => h("div", { class: `fact-${name}` }, h("dt", {}, name), h("dd", {}, value))));
  });
  return element;
}

function findingsPart() {
  const element = h("a", { class: "findings", href: "#/checks" });
  findings.follow((found) => {
    element.hidden = !found;
    if (!found) return;
    const count = found.failures_total ?? 0;
    // Codes are unread until a test asks for them, which is no alarm to one who looks on.
    const isAlarm = (found.failures ?? []).some(({ check }) => check !== "codes");
    element.classList.toggle("clean", count === 0);
    element.classList.toggle("alarm", isAlarm);
    element.title = count === 0 ? "GET /_mock/verify finds nothing" : found.detail;
    replace(element, (isAlarm || count === 0) && icon(isAlarm ? "warning" : "checks"),
      h("span", { class: "long" }, count === 0 ? "Verified" : plural(count, "finding")),
      h("span", { class: "short", "aria-hidden": "true" }, count === 0 ? "" : String(count)));
  });
  route.listen(() => (element.href = linkTo("checks")));
  return element;
}

function scopePart() {
  const select = h("select", {
    id: "scope", "aria-label": "Account", title: "What the page is about",
    on: { change: () => narrow({ account: select.value }) },
  });
  let shown;
  const show = () => {
    const names = [...accounts.value.keys()];
    const chosen = account() ?? "";
    if (chosen && !names.includes(chosen)) names.push(chosen);
    const sign = JSON.stringify([names, chosen]);
    if (sign === shown) return;
    shown = sign;
    replace(select, h("option", { value: "" }, "All accounts"), names.map((each) => h("option", { value: each }, each)));
    select.value = chosen;
    select.classList.toggle("narrowed", chosen !== "");
  };
  accounts.follow(show);
  route.listen(show);
  return select;
}

function themePart() {
  const button = h("button", { class: "quiet", on: { click: () => { toggleTheme(); show(); } } });
  const show = () => {
    const words = isDark() ? "Light colours" : "Dark colours";
    button.setAttribute("aria-label", words);
    button.title = words;
    replace(button, icon(isDark() ? "sun" : "moon"));
  };
  startTheme(show);
  show();
  return button;
}

export function startHeader() {
  replace(document.getElementById("header"),
    h("a", { class: "brand", href: "#/codes", "aria-label": "nexo-mock" },
      h("img", { src: "ui/icon.svg", alt: "", width: "22", height: "22" }), h("span", {}, "nexo-mock")),
    scopePart(), factsPart(),
    h("div", { class: "header-end" }, findingsPart(), connectionPart(),
      h("button", { class: "quiet help", "aria-label": "Keys", title: "Keys (?)", on: { click: showKeys } }, "?"), themePart()));
  const nav = document.getElementById("nav");
  route.follow(({ view }) => {
    const had = nav.contains(document.activeElement) ? document.activeElement.dataset.view : "";
    replace(nav, VIEWS.map(([name, words]) =>
      h("a", { href: linkTo(name), "data-view": name, "aria-current": name === view ? "page" : null }, icon(name), h("span", {}, words))));
    if (had) nav.querySelector(`[data-view=${had}]`)?.focus();
  });
}
