// What happened to a delivery, on an axis and in words.
import { h, svg } from "./dom.js";
import { duration, failureWords, timeOfDay } from "./format.js";

const WIDTH = 640;
const LEFT = 76;
const RIGHT = 28;
const LANE = 34;
const TICKS = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000, 86_400_000, 7 * 86_400_000];

/** Everything with a time, oldest first: {at, lane, kind, words}. */
export function happenings(delivery, sent) {
  const found = [];
  for (const each of delivery.timeline.filter(({ type }) => type === "status")) {
    const words = { sent: "The call is made", delivered: "The code was read out", failed: "The call failed" }[each.status];
    found.push({ at: Date.parse(each.at), lane: 0, kind: each.status, words, more: failureWords(each.error_code) });
  }
  delivery.webhooks.forEach((webhook, index) => {
    for (const each of webhook.attempts) {
      const which = delivery.webhooks.length > 1 ? `Webhook ${index + 1}, attempt ${each.number}` : `Webhook attempt ${each.number}`;
      const at = Date.parse(each.ended_at ?? each.due_at);
      found.push(each.ended_at
        ? { at, lane: 1, kind: isGood(each.status) ? "good" : "bad", words: which, more: answerWords(each) }
        : { at, lane: 1, kind: "planned", words: which, more: "planned" });
    }
  });
  for (const each of sent.filter(({ kind }) => kind === "redelivery")) {
    found.push({ at: Date.parse(each.ended_at), lane: 1, kind: each.outcome === "acknowledged" ? "good" : "bad", words: "Redelivery by hand", more: answerWords(each) });
  }
  return found.sort((a, b) => a.at - b.at);
}

export function isGood(status) {
  return status >= 200 && status < 300;
}

export function answerWords({ status, error }) {
  return status === null ? error ?? "no answer" : `answered ${status}`;
}

/** Seconds and hours have to fit on one axis, so long ones are drawn as their logarithm. */
function scaleFor(longest) {
  const unit = longest / 60;
  const whole = Math.log1p(Math.max(longest, 1) / unit);
  return (ms) => LEFT + (WIDTH - LEFT - RIGHT) * (Math.log1p(Math.max(0, ms) / unit) / whole);
}

function ticksFor(longest, scale) {
  let free = LEFT + 36;
  const shown = [];
  for (const each of TICKS.filter((ms) => ms <= longest && ms > longest / 100)) {
    if (scale(each) < free) continue;
    shown.push(each);
    free = scale(each) + 52;
  }
  return shown;
}

function mark({ kind, words, more }, x, y) {
  const shape = kind === "bad" || kind === "failed"
    ? svg("path", { d: `M${x - 4} ${y - 4}l8 8m0-8l-8 8` })
    : svg("circle", { cx: x, cy: y, r: kind === "sent" ? 3.5 : 5 });
  return svg("g", { class: `mark ${kind}` }, svg("title", {}, more ? `${words}: ${more}` : words), shape);
}

function axis(found, end, now) {
  const start = found[0].at;
  const longest = Math.max(1000, found.at(-1).at - start, now - start);
  const scale = scaleFor(longest);
  const lanes = found.some(({ lane }) => lane === 1) ? ["Call", "Webhook"] : ["Call"];
  const floor = 12 + lanes.length * LANE;
  const y = (lane) => 20 + lane * LANE;
  return svg("svg", { class: "axis", viewBox: `0 0 ${WIDTH} ${floor + 24}`, role: "img", "aria-label": "The same as the list below, on a time axis" },
    ticksFor(longest, scale).map((ms) => svg("g", { class: "tick" },
      svg("line", { x1: scale(ms), x2: scale(ms), y1: 4, y2: floor }),
      svg("text", { x: scale(ms), y: floor + 16, "text-anchor": "middle" }, duration(ms)))),
    svg("text", { class: "tick-text", x: LEFT, y: floor + 16, "text-anchor": "middle" }, "0"),
    lanes.map((name, lane) => [
      svg("text", { class: "lane", x: 0, y: y(lane) + 4 }, name),
      svg("line", { class: "lane-line", x1: LEFT, x2: WIDTH - RIGHT, y1: y(lane), y2: y(lane) }),
    ]),
    svg("line", { class: "call", x1: LEFT, x2: scale((end?.at ?? now) - start), y1: y(0), y2: y(0), "data-open": end ? null : "yes" }),
    found.map((each) => mark(each, scale(each.at - start), y(each.lane))));
}

/** `now` is wanted of a call that has not ended. */
export function timelinePart({ delivery, sent, now }) {
  const found = happenings(delivery, sent);
  const start = found[0].at;
  const end = found.filter(({ lane, kind }) => lane === 0 && kind !== "sent").at(-1);
  return [
    h("h2", {}, "Timeline"),
    h("div", { class: "axis-frame", tabindex: "0", role: "group", "aria-label": "Timeline" }, axis(found, end, now)),
    h("ol", { class: "happenings" }, found.map((each) => h("li", { class: each.kind },
      h("time", { datetime: new Date(each.at).toISOString(), title: new Date(each.at).toISOString() },
        each.at === start ? timeOfDay(start) : `+${duration(each.at - start)}`),
      h("span", {}, each.words, each.more && [": ", h("b", {}, each.more)])))),
    !end && h("p", { class: "quiet-words" }, "The call has not ended yet."),
  ];
}
