import { h } from "./dom.js";
import { icon } from "./icons.js";

let count = 0;

/** A modal dialog; it goes away when it is closed, and the focus goes back to where it was. */
export function showDialog(title, content, { canBeClosed = true, closed = () => {} } = {}) {
  const id = `dialog-${++count}`;
  const before = document.activeElement;
  const dialog = h("dialog", {
    "aria-labelledby": id,
    on: {
      cancel: (event) => canBeClosed || event.preventDefault(),
      // A browser lets a second Esc through, whatever the page says to the first.
      close: () => {
        if (!canBeClosed && dialog.returnValue !== "done") return dialog.showModal();
        dialog.remove();
        before?.focus?.({ preventScroll: true });
        closed();
      },
      click: (event) => canBeClosed && event.target === dialog && dialog.close(),
    },
  },
    h("div", { class: "dialog-head" },
      h("h2", { id }, title),
      canBeClosed && h("button", {
        class: "quiet", type: "button", "aria-label": "Close", on: { click: () => dialog.close() },
      }, icon("close"))),
    h("div", { class: "dialog-body" }, content));
  document.body.append(dialog);
  dialog.showModal();
  return { element: dialog, close: () => dialog.close("done") };
}

/** Whether the user wants it. */
export function confirm(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = h("button", { type: "button", class: "danger", on: { click: () => { answer = true; dialog.close(); } } }, action);
    const no = h("button", { type: "button", on: { click: () => dialog.close() } }, "Keep everything");
    const dialog = showDialog(title, [h("p", {}, text), h("div", { class: "actions" }, no, yes)],
      { closed: () => resolve(answer) });
    no.focus();
  });
}
