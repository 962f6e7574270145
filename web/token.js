// The token of --control-token: kept for as long as the tab is open, never longer.
import { h } from "./dom.js";
import { showDialog } from "./dialog.js";

let asking = null;

function ask(wasWrong) {
  return new Promise((resolve) => {
    const input = h("input", {
      id: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false",
      "aria-describedby": wasWrong ? "token-wrong" : "token-help",
    });
    const form = h("form", {
      class: "stack",
      on: {
        submit: (event) => {
          event.preventDefault();
          sessionStorage.setItem("token", input.value.trim());
          dialog.close();
          resolve();
        },
      },
    },
      h("p", { id: "token-help" }, "This emulator was started with ", h("code", {}, "--control-token"),
        ". Codes are shown to those who know the token."),
      h("label", { for: "token" }, "Control token"),
      input,
      wasWrong && h("p", { id: "token-wrong", class: "mistake", role: "alert" },
        "That is not the token this emulator was started with. Look at its command line, or at NEXO_MOCK_CONTROL_TOKEN."),
      h("div", { class: "actions" }, h("button", { class: "primary" }, "Show the page")));
    const dialog = showDialog("Token needed", form, { canBeClosed: false });
    input.focus();
  });
}

export function askForToken(wasWrong) {
  asking ??= ask(wasWrong).finally(() => (asking = null));
  return asking;
}
