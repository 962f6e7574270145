// The address of what is shown is the hash: #/codes/<id>?status=failed. The part behind ? narrows what
// is shown; changing it makes no new entry in the browser's history.
import { Signal } from "./signal.js";

function parse() {
  const [way, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, item] = way.split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { view: view || "codes", item: item ?? "", query: Object.fromEntries(new URLSearchParams(query)) };
}

export const route = new Signal(parse());

addEventListener("hashchange", () => route.set(parse()));

export function hashOf(view, item = "", query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value);
  const search = wanted.length ? `?${new URLSearchParams(wanted)}` : "";
  return `#/${view}${item ? `/${encodeURIComponent(item)}` : ""}${search}`;
}

/** Goes there; the account that the page is narrowed to stays. */
export function go(view, item = "", query = route.value.query) {
  location.hash = hashOf(view, item, query);
}

/** Where a link to another view leads. */
export function linkTo(view, item = "") {
  const { account } = route.value.query;
  return hashOf(view, item, account ? { account } : {});
}

export function narrow(change) {
  const { view, item, query } = route.value;
  history.replaceState(null, "", hashOf(view, item, { ...query, ...change }));
  route.set(parse());
}

/** The account that the page is about, as replies call it; undefined: all of them. */
export function account() {
  return route.value.query.account || undefined;
}
