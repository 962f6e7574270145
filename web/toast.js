import { h } from "./dom.js";
import { icon } from "./icons.js";

function show(kind, text, shownFor) {
  const toast = h("div", { class: `toast ${kind}` },
    icon(kind === "bad" ? "warning" : "delivered"), h("p", {}, text),
    h("button", { class: "quiet", "aria-label": "Dismiss", on: { click: () => toast.remove() } }, icon("close")));
  const place = document.getElementById("toasts");
  while (place.childElementCount >= 3) place.firstElementChild.remove();
  place.append(toast);
  setTimeout(() => toast.remove(), shownFor);
}

export function say(text) {
  show("good", text, 3500);
}

/** What went wrong, in the emulator's words. */
export function complain(failure) {
  if (failure.name === "AbortError") return;
  show("bad", failure.message, 12_000);
}

/** A button that does something that may fail; meanwhile it can't be pressed again. */
export function doing(action) {
  return async (event) => {
    const button = event.currentTarget;
    const pressed = button.tagName === "FORM" ? event.submitter ?? button.querySelector("button:not([type])") : button;
    event.preventDefault();
    if (pressed?.getAttribute("aria-busy") === "true") return;
    pressed?.setAttribute("aria-busy", "true");
    try {
      await action(event);
    } catch (failure) {
      complain(failure);
    } finally {
      pressed?.removeAttribute("aria-busy");
    }
  };
}
