// The keyboard. A view says what its keys do; these here are everybody's.
import { showDialog } from "./dialog.js";
import { h } from "./dom.js";
import { go } from "./router.js";

const HELP = [
  ["j, ↓", "next row"], ["k, ↑", "row before"], ["Enter", "open the row"], ["c", "copy its code"],
  ["/", "search"], ["Esc", "close what is open"], ["1 – 5", "codes, accounts, scenario, clock, requests"],
  ["?", "these keys"],
];
const VIEWS = ["codes", "accounts", "scenario", "clock", "requests"];

let ofView = {};

/** `{j: action, …}`, until the next view says otherwise; `first` goes to the first row. */
export function setKeys(keys) {
  ofView = keys;
}

/** Those of a list that opens its rows beside it: `openRow`, whether one `isOpen`, `close`, `search`; and more. */
export function setListKeys(list, { openRow, isOpen, close, search }, more = {}) {
  const moved = (by) => () => {
    list.step(by);
    if (isOpen()) openRow();
  };
  setKeys({
    j: moved(1), k: moved(-1), ArrowDown: moved(1), ArrowUp: moved(-1), Enter: openRow, Escape: close,
    first: () => list.stepTo(0), "/": () => search.input.focus(), ...more,
  });
}

export function showKeys() {
  showDialog("Keys", h("dl", { class: "keys" },
    HELP.map(([key, words]) => h("div", {}, h("dt", {}, key.split(", ").map((each, i) => [i > 0 && " ", h("kbd", {}, each)])), h("dd", {}, words)))));
}

function isTyped(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

/** Arrows, and Enter, belong to what has the focus where that has a use for them. */
function isTaken(key, target) {
  if (key === "Enter") return target.closest?.("a, button, summary");
  return key.startsWith("Arrow") && target.closest?.("[role=radiogroup], pre, .scrolls");
}

function pressed(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (isTyped(target)) {
    if (key === "Escape") target.blur();
    // From what was typed to what it has found.
    if (target.type === "search" && (key === "Enter" || key === "ArrowDown")) {
      event.preventDefault();
      ofView.first?.();
    }
    return;
  }
  if (isTaken(key, target)) return;
  const common = {
    "?": showKeys,
    ...Object.fromEntries(VIEWS.map((view, i) => [String(i + 1), () => go(view)])),
  };
  const action = ofView[key] ?? common[key];
  if (!action) return;
  event.preventDefault();
  action();
}

export function startKeys() {
  document.addEventListener("keydown", pressed);
}
