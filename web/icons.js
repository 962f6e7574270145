import { svg } from "./dom.js";

// Strokes on a grid of 16.
const PATHS = {
  codes: "M2 4.5h12v7H2z M4.7 8h.1 M8 8h.1 M11.3 8h.1",
  accounts: "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M3 13.5c.4-2.6 2.3-4 5-4s4.600 1.400 5 4",
  scenario: "M3 3h4v3H3z M9 10h4v3H9z M5 6v5.500h4 M9 4.500h4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M8 4.800V8l2.300 1.500",
  requests: "M2.500 5.500h10 M9.500 2.500l3 3-3 3 M13.500 10.500h-10 M6.500 7.500l-3 3 3 3",
  checks: "M3 8.500l3.200 3.200L13 4.500",
  delivered: "M3.500 8.500l3 3 6-7",
  failed: "M4.500 4.500l7 7 M11.500 4.500l-7 7",
  sent: "M8 2.800a5.200 5.200 0 1 0 5.200 5.200 M8 5v3h2.500",
  copy: "M5.500 5.500h7v8h-7z M10.500 5.500v-3h-7v8h2",
  close: "M4 4l8 8 M12 4l-8 8",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z M8 1.500v1.500 M8 13v1.500 M1.500 8H3 M13 8h1.500 M3.400 3.400l1 1 M11.600 11.600l1 1 M12.600 3.400l-1 1 M4.400 11.600l-1 1",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z",
  warning: "M8 2.500l6 11H2z M8 6.500v3.200 M8 11.600v.1",
  search: "M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9z M10.300 10.300l3.200 3.200",
  up: "M8 13V3.500 M4 7.500l4-4 4 4",
  hook: "M9.500 2.500v7a3 3 0 1 1-6 0 M9.500 6h3",
  more: "M6 3.500L10.500 8 6 12.500",
  back: "M13 8H3.500 M7 4L3 8l4 4",
};

/** An icon says nothing that a text beside it does not say. */
export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }));
}
