// What GET /_mock/verify finds: what a test should not leave behind.
import { h, makePart, replace } from "./dom.js";
import { plural } from "./format.js";
import { hashOf, linkTo } from "./router.js";
import { findings, refreshFindings } from "./state.js";

const WORDS = {
  webhooks: ["Webhooks that were not acknowledged", "Look at the attempt: what did the receiver say?"],
  codes: ["Codes that nothing asked for", "A test that never reads the code has not tested the way of the user. Looking at it on this page does not count."],
  rules: ["Rules that decided nothing", "Does their condition fit any call?"],
  requests: ["Calls that the API refused", "No rule wanted that: the request says why."],
};

function linkOf({ delivery, rule, request }) {
  if (delivery) return linkTo("codes", delivery);
  if (request) return linkTo("requests", String(request));
  return rule ? linkTo("scenario") : null;
}

function group(check, found) {
  const [title, advice] = WORDS[check];
  return h("section", { class: "part" }, h("h2", {}, title), h("p", { class: "quiet-words" }, advice),
    h("ul", { class: "found" }, found.map((each) => h("li", {},
      h("a", { href: linkOf(each) ?? hashOf("checks") }, each.detail), each.account && h("small", {}, each.account)))));
}

function body({ failures = [], failures_total: total = 0 }) {
  if (total === 0) return h("p", { class: "lead" }, "Nothing: every webhook was acknowledged, every code was asked for, no call was refused, and every rule of your own was used.");
  const checks = Object.keys(WORDS).filter((check) => failures.some((each) => each.check === check));
  return [
    h("p", {}, `${plural(total, "thing")} that a test should not leave behind, as `, h("code", {}, "GET /_mock/verify"), " tells them."),
    checks.map((check) => group(check, failures.filter((each) => each.check === check))),
    failures.length < total && h("p", { class: "quiet-words" }, `The first ${failures.length} are listed.`),
  ];
}

export function checksView(main) {
  const place = h("div", { class: "column" });
  replace(main, h("div", { class: "page" }, h("h1", {}, "Checks"), place));
  const show = makePart(place, body);
  refreshFindings();
  return findings.follow((found) => found && show(found));
}
