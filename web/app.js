// Puts the page together: each view is a function that fills the main part, and answers how to stop.
import { accountsView } from "./accounts.js";
import { checksView } from "./checks.js";
import { clockView } from "./clock.js";
import { startClockwork } from "./clockwork.js";
import { codesView } from "./codes.js";
import { h, replace } from "./dom.js";
import { onEvent, startEvents } from "./events.js";
import { startHeader } from "./header.js";
import { setKeys, startKeys } from "./keys.js";
import { requestsView } from "./requests.js";
import { route } from "./router.js";
import { scenarioView } from "./scenario.js";
import { startState } from "./state.js";

const VIEWS = {
  codes: ["Codes", codesView], accounts: ["Accounts", accountsView], scenario: ["Scenario", scenarioView],
  clock: ["Clock", clockView], requests: ["Requests", requestsView], checks: ["Checks", checksView],
};

const main = document.getElementById("main");
let shown = null;
let stop = () => {};

/** Who looks at another tab sees in this one's title how many codes have come. */
function startCounting() {
  let unseen = 0;
  onEvent((type, { status } = {}) => {
    if (type !== "delivery" || status !== "sent" || !document.hidden) return;
    unseen += 1;
    document.title = `(${unseen}) ${document.title.replace(/^\(\d+\) /, "")}`;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = document.title.replace(/^\(\d+\) /, "");
  });
}

function nowhere() {
  replace(main, h("div", { class: "page" }, h("h1", {}, "There is nothing here"),
    h("p", {}, "The address names no view of this page. ", h("a", { href: "#/codes" }, "Go to the codes"))));
  return () => {};
}

function show({ view }) {
  if (view === shown) return;  // it sees to the rest of the address itself
  stop();
  setKeys({});
  const [title, fill] = VIEWS[view] ?? ["Nothing", nowhere];
  const isFirst = shown === null;
  shown = view;
  replace(main);
  main.dataset.view = view;
  stop = fill(main);
  document.title = `${title} · nexo-mock`;
  if (!isFirst && !document.getElementById("nav").contains(document.activeElement)) main.focus({ preventScroll: true });
}

startHeader();
startKeys();
startState();
startClockwork();
startCounting();
route.follow(show);
startEvents();
