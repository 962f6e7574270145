// Times on the page that grow old are written anew while they are looked at.
import { h, setText } from "./dom.js";
import { ago, timeOfDay } from "./format.js";
import { nowOf } from "./state.js";

/** How long ago something happened to an account; the exact time is in the title. */
export function timeElement(at, account) {
  const element = h("time", { datetime: new Date(at).toISOString(), title: exactly(at) });
  element.dataset.at = at;
  element.dataset.account = account ?? "";
  write(element);
  return element;
}

export function exactly(at) {
  return `${timeOfDay(at, 0)} here, ${new Date(at).toISOString().replace("T", " ").replace("Z", " UTC")}`;
}

function write(element) {
  setText(element, ago(Number(element.dataset.at), nowOf(element.dataset.account)));
}

export function writeTimes() {
  if (!document.hidden) document.querySelectorAll("time[data-at]").forEach(write);
}

export function startClockwork() {
  setInterval(writeTimes, 1000);
}
