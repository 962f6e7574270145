// The clock: what time it is in the simulation, what is due, and how to get there.
import { get, send } from "./api.js";
import { h, makePart, replace, setText } from "./dom.js";
import { onEvent } from "./events.js";
import { duration, failureWords, plural } from "./format.js";
import { icon } from "./icons.js";
import { account, linkTo, route } from "./router.js";
import { soon } from "./signal.js";
import { complain, doing } from "./toast.js";

const MODES = [
  ["real", "Real", "runs as the wall clock does"], ["x60", "× 60", "a minute takes a second"],
  ["manual", "Manual", "moves only when told"], ["instant", "Instant", "what is due happens at once"],
];

function factorOf(mode) {
  return mode === "manual" ? 0 : Number(/^x([\d.]+)$/.exec(mode)?.[1] ?? 1);
}

function modePart({ mode }) {
  const known = MODES.some(([name]) => name === mode);
  const all = known ? MODES : [...MODES, [mode, `× ${mode.slice(1)}`, "as it was started"]];
  return [
    h("h2", { id: "mode-words" }, "How time goes"),
    h("div", { class: "modes", role: "group", "aria-labelledby": "mode-words" }, all.map(([name, words, meaning]) =>
      h("button", {
        id: `mode-${name}`, "aria-pressed": String(name === mode),
        on: { click: doing(() => send("PUT", "clock", { account: account() }, { mode: name })) },
      }, h("b", {}, words), h("small", {}, meaning)))),
  ];
}

function firedElement({ at, type, delivery, status, attempt, acknowledged, error }) {
  const words = type === "delivery"
    ? [h("span", { class: `status ${status}` }, icon(status), h("span", {}, status === "delivered" ? "Delivered" : failureWords(status)))]
    : [h("span", { class: `status ${acknowledged ? "delivered" : "failed"}` }, icon(acknowledged ? "delivered" : "failed"),
        h("span", {}, `Webhook attempt ${attempt}: ${status === null ? error : `answered ${status}`}`))];
  return h("li", {}, h("time", { datetime: at }, at.slice(11, 23)), words, h("a", { href: linkTo("codes", delivery) }, h("code", {}, delivery.slice(0, 8))));
}

function firedPart({ now, fired, fired_total: total }) {
  return [
    h("p", { role: "status" }, total === 0 ? "Time went on, and nothing was due on the way." : `${plural(total, "thing")} happened on the way to ${now.slice(11, 23)}.`),
    total > 0 && h("ol", { class: "fired" }, fired.slice(0, 500).map(firedElement)),
    total > 500 && h("p", { class: "quiet-words" }, `The first 500 are listed.`),
  ];
}

function advancePart({ mode }, result) {
  if (mode !== "manual") {
    return [h("h2", {}, "Move time by hand"), h("p", { class: "quiet-words" }, "Time that runs by itself is not moved. Choose ", h("b", {}, "Manual"), " above, and it stands still until you say so.")];
  }
  const by = h("input", { id: "by", value: "30s", size: "8", spellcheck: "false", "aria-label": "How far, such as 30s, 2m or 1h" });
  const goes = (body) => doing(async () => {
    const told = await send("POST", "clock/advance", { account: account() }, body());
    replace(result, firedPart(told));
  });
  return [
    h("h2", {}, "Move time by hand"),
    h("div", { class: "actions" },
      h("form", { class: "joined", on: { submit: goes(() => ({ by: by.value.trim() })) } }, h("button", { id: "advance", class: "primary" }, "Advance by"), by),
      h("button", { id: "to-next", on: { click: goes(() => ({ to: "next" })) } }, "To the next event"),
      h("button", { id: "to-idle", title: "Goes on until nothing is due any more", on: { click: goes(() => ({ to: "idle" })) } }, "Until nothing is due")),
  ];
}

export function clockView(main) {
  const now = h("p", { class: "now" });
  const due = h("p", { class: "due" });
  const result = h("div", { class: "part" });
  const modes = h("div", { class: "part" });
  const advance = h("div", { class: "part" });
  const whose = h("p", { class: "quiet-words" });
  replace(main, h("div", { class: "page clock-page" }, h("h1", {}, "Clock"), whose, h("div", { class: "part" }, now, due), modes, advance, result));
  const showModes = makePart(modes, modePart);
  const showAdvance = makePart(advance, (data) => advancePart(data, result));
  let clock = null;
  let readAt = 0;

  const tick = () => {
    if (!clock) return;
    const at = Date.parse(clock.now) + (Date.now() - readAt) * factorOf(clock.mode);
    const iso = new Date(at).toISOString();
    const show = clock.mode === "manual" ? iso.slice(11, 23) : iso.slice(11, 19);
    if (!now.firstChild) replace(now, h("time", {}), h("small", {}));
    setText(now.firstChild, show);
    now.firstChild.setAttribute("datetime", iso);
    setText(now.lastChild, `${iso.slice(0, 10)} UTC`);
    const left = clock.next_due && Date.parse(clock.next_due) - at;
    setText(due, clock.next_due === null ? "Nothing is due."
      : left <= 0 ? "Something is due now." : `The next thing is due in ${duration(left < 10_000 ? Math.ceil(left / 100) * 100 : Math.ceil(left / 1000) * 1000)}, at ${clock.next_due.slice(11, 23)}.`);
  };
  const read = async () => {
    try {
      const told = await get("clock", { account: account() });
      clock = told;
      readAt = Date.now();
      setText(whose, account() ? `Of the account ${account()}.` : "Of all accounts, and of those to come. Choose an account above to move its clock alone.");
      showModes({ mode: told.mode, account: account() });
      showAdvance({ mode: told.mode, account: account() });
      tick();
    } catch (failure) {
      complain(failure);
    }
  };
  const soonAgain = soon(read, 60, 250);
  let of = account();
  const stopRoute = route.listen(() => {
    if (of === account()) return;
    of = account();
    replace(result);
    read();
  });
  const stopEvents = onEvent(() => soonAgain());
  const ticking = setInterval(tick, 100);
  read();
  return () => {
    clearInterval(ticking);
    stopRoute();
    stopEvents();
  };
}
