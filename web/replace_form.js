// Another scenario in the place of this one, with its mistakes told by line and column.
import { ApiError, send } from "./api.js";
import { h, replace, setText } from "./dom.js";
import { account } from "./router.js";
import { doing, say } from "./toast.js";

/** scenario:3:14: error: /rules/0: words */
export function placeOf(line) {
  const parts = /^[a-z]+:(\d+):(\d+): (error|warning): ([\s\S]*)$/.exec(line);
  return parts && { line: Number(parts[1]), column: Number(parts[2]), kind: parts[3], words: parts[4] };
}

function goTo(area, { line, column }) {
  const before = area.value.split("\n").slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = Math.min(area.value.length, before + column - 1);
  area.focus();
  area.setSelectionRange(at, Math.min(area.value.length, at + 1));
  const height = area.scrollHeight / Math.max(1, area.value.split("\n").length);
  area.scrollTop = Math.max(0, (line - 4) * height);
}

function mistakeElement(line, area) {
  const place = placeOf(line);
  if (!place) return h("li", { class: "mistake" }, line);
  return h("li", { class: place.kind === "error" ? "mistake" : "warning" },
    h("button", { type: "button", class: "place", on: { click: () => goTo(area, place) } }, `Line ${place.line}, column ${place.column}`),
    h("span", {}, `${place.kind}: ${place.words}`));
}

export function replacePart(whose, current, done) {
  const area = h("textarea", { id: "scenario-text", rows: "12", spellcheck: "false", required: true, placeholder: '{\n  "name": "mine",\n  "rules": [\n    {"then": {"fail": "busy", "after": "5s"}}\n  ]\n}' });
  const mistakes = h("ul", { class: "mistakes", role: "alert" });
  const note = h("p", { class: "quiet-words" });
  const file = h("input", {
    id: "scenario-file", type: "file", accept: ".json,application/json",
    on: {
      change: async () => {
        if (file.files[0]) area.value = await file.files[0].text();
        replace(mistakes);
      },
    },
  });
  const take = async () => {
    replace(mistakes);
    try {
      const told = await send("PUT", "scenario", { account: account() }, area.value);
      say(`The scenario ${told.name || "without a name"} counts now`);
      replace(mistakes, told.warnings.map((each) => mistakeElement(each, area)));
      await done();
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 400) throw failure;
      replace(mistakes, failure.message.split("\n").map((each) => mistakeElement(each, area)));
    }
  };
  const showWhose = () => setText(note, `Another scenario ${whose()}. Rules begin anew; what is under way keeps its course. Secrets are shown masked: type them again.`);
  const element = h("section", { class: "part" }, h("h2", {}, "Replace the scenario"), note,
    h("form", { class: "stack", on: { submit: doing(take) } },
      h("label", { for: "scenario-text" }, "Scenario file"), area, mistakes,
      h("div", { class: "actions" },
        h("button", { id: "use-scenario", class: "primary" }, "Use it"),
        h("button", { type: "button", id: "edit-current", on: { click: () => { area.value = JSON.stringify(current() ?? {}, null, 2); replace(mistakes); area.focus(); } } }, "Start from the present one"),
        h("label", { class: "file", for: "scenario-file" }, "From a file…", file))));
  showWhose();
  return { element, showWhose };
}
