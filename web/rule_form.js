// One more rule, before all others.
import { ApiError, send } from "./api.js";
import { h, replace, setText } from "./dom.js";
import { carrierName, carriers, failureCodes, failureWords, toInternational } from "./format.js";
import { account } from "./router.js";
import { doing, say } from "./toast.js";

const API_ERRORS = ["insufficient_balance", "no_route", "rate_limited", "internal_error", "service_unavailable", "unauthorized", "ip_not_allowed", "invalid_phone", "invalid_code"];
const FAULTS = [["reset", "connection reset"], ["close", "closed without a reply"], ["hang", "no reply, ever"], ["truncate", "half a reply"], ["garbage", "no HTTP"], ["slow", "reply in drips"]];

const OUTCOMES = {
  fail: { words: "The call fails with", values: failureCodes.map((each) => [each, failureWords(each)]), takesTime: true },
  deliver: { words: "The call is delivered", takesTime: true },
  pending: { words: "The call never ends" },
  error: { words: "The API refuses with", values: API_ERRORS.map((each) => [each, failureWords(each)]) },
  fault: { words: "The network fails:", values: FAULTS },
};

/** What the form says, as an entry of a scenario's rules. */
export function ruleOf({ name, phone, carrier, code, outcome, value, after, use, times }) {
  const when = {};
  if (phone) when.phone = /[*?]/.test(phone) ? phone : toInternational(phone);
  if (carrier) when.carrier = carrier;
  if (code) when.code = code;
  const step = { [outcome]: OUTCOMES[outcome].values ? value : true };
  if (after && OUTCOMES[outcome].takesTime) step.after = after;
  if (use === "times") step.times = times;
  const rule = {};
  if (name) rule.name = name;
  if (Object.keys(when).length > 0) rule.when = when;
  return use === "always" ? { ...rule, then: step } : { ...rule, then: [step], end: "fall_through" };
}

function field(label, input, extra = "") {
  return h("label", { class: `field ${extra}` }, h("span", {}, label), input);
}

function select(id, choices) {
  return h("select", { id }, choices.map(([value, words]) => h("option", { value }, words)));
}

export function ruleForm(whose, done) {
  const text = (id, placeholder = "") => h("input", { id: `rule-${id}`, placeholder, autocomplete: "off", spellcheck: "false" });
  const name = text("name", "busy once");
  const phone = text("phone", "any number");
  const code = text("code", "any code");
  const carrier = select("rule-carrier", [["", "any carrier"], ...carriers.map((each) => [each, carrierName(each)])]);
  const outcome = select("rule-outcome", Object.entries(OUTCOMES).map(([key, { words }]) => [key, words]));
  const value = select("rule-value", []);
  const after = text("after", "2s");
  const use = select("rule-use", [["once", "once, then it is used up"], ["times", "several times"], ["always", "always"]]);
  const times = h("input", { id: "rule-times", type: "number", min: "1", value: "2", "aria-label": "How many times" });
  after.value = "2s";
  const preview = h("pre", { class: "preview", tabindex: "0", "aria-label": "What will be sent" });
  const mistakes = h("div", { class: "mistakes", role: "alert" });
  const note = h("p", { class: "quiet-words" });
  const valueField = field("Which", value);
  const afterField = field("After", after);

  const read = () => ruleOf({
    name: name.value.trim(), phone: phone.value.trim(), carrier: carrier.value, code: code.value.trim(), outcome: outcome.value,
    value: value.value, after: after.value.trim(), use: use.value, times: Number(times.value),
  });
  const show = () => {
    const { takesTime } = OUTCOMES[outcome.value];
    afterField.hidden = !takesTime;
    times.hidden = use.value !== "times";
    setText(preview, JSON.stringify(read(), null, 2));
  };
  const showValues = () => {
    const { values } = OUTCOMES[outcome.value];
    valueField.hidden = !values;
    replace(value, (values ?? []).map(([key, words]) => h("option", { value: key }, words)));
    show();
  };
  const showWhose = () => setText(note, `It goes before all other rules, ${whose()}.`);
  const put = async () => {
    replace(mistakes);
    try {
      const told = await send("POST", "rules", { account: account() }, read());
      say(`The rule “${told.name}” is the first now`);
      replace(mistakes, told.warnings.map((each) => h("p", { class: "warning" }, each)));
      await done();
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 400) throw failure;
      replace(mistakes, failure.message.split("\n").map((each) => h("p", { class: "mistake" }, each)));
    }
  };
  outcome.addEventListener("change", showValues);
  const element = h("section", { class: "part" }, h("h2", {}, "Put a rule in front"), note,
    h("form", { class: "rule-form", on: { submit: doing(put), input: show, change: show } },
      h("fieldset", {}, h("legend", {}, "When a code is sent"),
        field("To", phone), field("Through", carrier), field("Code", code)),
      h("fieldset", {}, h("legend", {}, "Then"), field("What happens", outcome, "broad"), valueField, afterField),
      h("fieldset", {}, h("legend", {}, "How often"), field("Used", use, "broad"), times, field("Called", name)),
      preview, mistakes,
      h("div", { class: "actions" }, h("button", { id: "put-rule", class: "primary" }, "Put it in front"))));
  showValues();
  showWhose();
  return { element, showWhose };
}
