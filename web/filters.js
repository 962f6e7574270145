// The bar above a list: what narrows it is part of the address.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { narrow, route } from "./router.js";

/** What is typed narrows the list; Esc empties it. */
export function searchBox(label, placeholder) {
  const input = h("input", {
    id: "search", type: "search", "aria-label": label, placeholder, autocomplete: "off", spellcheck: "false",
    value: route.value.query.q ?? "",
    on: {
      input: () => narrow({ q: input.value }),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        input.value = "";
        narrow({ q: "" });
      },
    },
  });
  const stop = route.listen(({ query }) => {
    if (document.activeElement !== input && input.value !== (query.q ?? "")) input.value = query.q ?? "";
  });
  return { stop, input, element: h("div", { class: "search" }, icon("search"), input, h("kbd", { "aria-hidden": "true" }, "/")) };
}

/** One of several; `choices` are pairs of value and words. Answers the element and how to stop. */
export function choiceBar(label, name, choices) {
  const buttons = choices.map(([value, words]) =>
    h("button", { type: "button", on: { click: () => narrow({ [name]: value }) } }, words));
  const stop = route.follow(({ query }) =>
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", String((query[name] ?? "") === choices[i][0]))));
  return { stop, element: h("div", { class: "choices", role: "group", "aria-label": label }, buttons) };
}
