// Elements are made by these functions alone: text goes in as text, so nothing that an application,
// a webhook receiver or a scenario says can become markup.
const SVG = "http://www.w3.org/2000/svg";

function apply(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** h("button", {class: "x", on: {click}}, "text", otherElement) */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  // A select takes its value only once its options are there.
  append(element, children);
  apply(element, properties);
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  apply(element, attributes);
  return append(element, children);
}

export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** Sets the text only if it is another: what did not change is not touched. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes a part of a view anew when what it shows has changed. The focus goes back to the element
 * with the same id, and what somebody has typed and not sent yet stays. */
export function makePart(element, build) {
  let shown;
  const typed = new Map();
  let isSent = false;
  element.addEventListener("input", ({ target }) => typed.set(target.id, target.value));
  element.addEventListener("submit", () => (isSent = true));
  return (data) => {
    const now = JSON.stringify(data);
    if (now === shown) return;
    shown = now;
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    replace(element, build(data));
    if (isSent) typed.clear();
    isSent = false;
    for (const [id, value] of typed) {
      const field = id && element.querySelector(`#${id}`);
      if (field) field.value = value;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
}
