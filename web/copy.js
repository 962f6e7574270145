import { complain, say } from "./toast.js";

/** Browsers have no clipboard for pages that came over plain HTTP from another machine. */
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("readonly", "");
  field.className = "unseen";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser does not let the page copy: select the text and copy it by hand.");
}

export async function copy(text, what) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyByHand(text);
    say(`Copied ${what}`);
  } catch (failure) {
    try {
      copyByHand(text);
      say(`Copied ${what}`);
    } catch {
      complain(failure);
    }
  }
}
