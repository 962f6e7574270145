// The scenario: which rules there are, what they have done, and how to change them.
import { get, send } from "./api.js";
import { confirm } from "./dialog.js";
import { h, makePart, replace } from "./dom.js";
import { onEvent } from "./events.js";
import { explainPart } from "./explain.js";
import { replacePart } from "./replace_form.js";
import { account, route } from "./router.js";
import { ruleForm } from "./rule_form.js";
import { soon } from "./signal.js";
import { complain, doing, say } from "./toast.js";

const AT_FIRST = 60;

/** {"phone": "+8490*", "chance": 0.1} as "phone +8490*, chance 0.1" */
function conditionWords(when = {}) {
  const words = Object.entries(when).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" or ") : value}`);
  return words.length > 0 ? words.join(", ") : "every call";
}

function ruleElement({ name, decided, what }, index, when) {
  return h("li", { class: decided > 0 ? "used" : "", id: `rule-${index}` },
    h("span", { class: "place" }, index + 1),
    h("span", { class: "rule-words" }, h("b", {}, name), h("small", {}, conditionWords(when)), h("span", {}, what)),
    h("span", { class: "decided", title: "How many calls it has decided" }, decided > 0 ? `${decided.toLocaleString("en")}×` : "never"));
}

function rulesPart({ rules, scenario, all }, showAll) {
  const documents = scenario.rules ?? [];
  const shown = all ? rules : rules.slice(0, AT_FIRST);
  return [
    h("h2", {}, "Rules", h("small", {}, "the first one that fits a call decides")),
    rules.length === 0 && h("p", { class: "quiet-words" }, "There are none: every call is delivered after 25 to 60 s, as at the real service."),
    h("ol", { class: "rules" }, shown.map((each, i) => ruleElement(each, i, documents[i]?.when))),
    shown.length < rules.length && h("button", { on: { click: showAll } }, `Show all ${rules.length} rules`),
  ];
}

function originWords({ own, changed, scenario }) {
  const of = account() ? (own ? "of this account alone" : "of all accounts") : "of all accounts";
  return [
    h("strong", {}, scenario.name || "unnamed"), `, ${of}; `,
    changed ? "changed since the start: put in place, or with rules in front." : "as it was at the start.",
    scenario.description && h("span", { class: "description" }, scenario.description),
  ];
}

async function restore(reread) {
  const { name } = await send("DELETE", "scenario", { account: account() });
  say(`Back to the scenario ${name}`);
  await reread();
}

async function resetAll() {
  const of = account();
  const isSure = await confirm(of ? "Reset this account?" : "Reset everything?",
    of ? "Its wallet, codes, rules and clock begin anew. Other accounts notice nothing."
      : "All accounts, codes and requests disappear. The scenario and the clock are again what they were at the start.",
    of ? "Reset the account" : "Reset everything");
  if (!isSure) return;
  await send("POST", "reset", { account: of });
  say("All begins anew");
}

export function scenarioView(main) {
  const origin = h("p", { class: "lead" });
  const rules = h("div", { class: "part" });
  const forms = h("div", { class: "column" });
  replace(main, h("div", { class: "page wide" }, h("h1", {}, "Scenario"), origin,
    h("div", { class: "columns" }, h("div", { class: "column" }, rules), forms)));
  let all = false;
  let told = null;
  const showRules = makePart(rules, (data) => rulesPart(data, () => {
    all = true;
    show();
  }));
  const show = () => {
    replace(origin, originWords(told));
    showRules({ rules: told.rules, scenario: told.scenario, all });
  };
  const read = async () => {
    try {
      told = await get("scenario", { account: account() });
      show();
    } catch (failure) {
      complain(failure);
    }
  };
  const whose = () => (account() ? `for the account ${account()} alone` : "for all accounts");
  const explain = explainPart();
  const put = ruleForm(whose, read);
  const another = replacePart(whose, () => told?.scenario, read);
  replace(forms, explain.element, put.element, another.element,
    h("section", { class: "part" }, h("h2", {}, "Begin anew"),
      h("div", { class: "actions" },
        h("button", { id: "restore", on: { click: doing(() => restore(read)) } }, "Back to the start-up scenario"),
        h("button", { id: "reset-all", class: "danger", on: { click: doing(resetAll) } }, "Reset…"))));
  let of = account();
  const stopRoute = route.listen(() => {
    if (of === account()) return;
    of = account();
    put.showWhose();
    another.showWhose();
    read();
  });
  const again = soon(read, 150, 600);
  const stopEvents = onEvent((type) => ["scenario", "request", "reset", "gap", "resumed"].includes(type) && again());
  read();
  return () => {
    stopRoute();
    stopEvents();
  };
}

