// Accounts: what each key has, where its webhooks go, and what may be changed.
import { accountPanel } from "./account.js";
import { h, replace, setText } from "./dom.js";
import { onEvent } from "./events.js";
import { searchBox } from "./filters.js";
import { money, plural } from "./format.js";
import { setListKeys } from "./keys.js";
import { WindowedList } from "./list.js";
import { go, hashOf, route } from "./router.js";
import { soon } from "./signal.js";
import { accounts, refreshAccounts } from "./state.js";

function row({ account, balance, deliveries, webhook, revoked }) {
  const sent = deliveries.accepted;
  return h("div", { class: "row account-row" },
    h("a", { class: "row-link", href: hashOf("accounts", account, route.value.query), "aria-label": `Account ${account}` }),
    h("span", { class: "name" }, h("span", { class: "key" }, account),
      h("small", {}, webhook ? webhook.url : "no webhook target")),
    h("span", { class: "sum" }, h("span", {}, money(balance)), h("small", {}, revoked ? h("b", { class: "failure" }, "revoked") : plural(sent, "code"))));
}

function nothing() {
  return accounts.value.size > 0
    ? h("div", { class: "welcome" }, h("h2", {}, "No account fits"))
    : h("div", { class: "welcome" }, h("h2", {}, "No accounts yet"),
      h("p", {}, "An account appears when its key is used for the first time. Any key that begins with ", h("code", {}, "sk_live_"),
        " will do; each has a wallet, rules and a clock of its own."));
}

export function accountsView(main) {
  const list = new WindowedList({
    label: "Accounts", rowHeight: 60, makeRow: row, keyOf: (each) => each.account, empty: nothing,
    signOf: ({ balance, deliveries, webhook, revoked }) => JSON.stringify([balance, deliveries.accepted, webhook, revoked]),
  });
  const search = searchBox("Search accounts", "Key or webhook address");
  const count = h("p", { class: "count" });
  const panel = h("section", { class: "panel", "aria-label": "Account" });
  const split = h("div", { class: "split" },
    h("section", { class: "master" }, h("div", { class: "bar" }, h("h1", {}, "Accounts"), search.element, count), list.element), panel);
  replace(main, split);

  let open = null;
  let sign = "";
  const close = () => {
    if (!open) return;
    const { name } = open;
    go("accounts");
    list.select(name, { focus: true });
  };
  const draw = ({ view, item, query } = route.value) => {
    if (view !== "accounts") return;
    const wanted = (query.q ?? "").toLowerCase();
    const found = [...accounts.value.values()].reverse()
      .filter(({ account, webhook }) => `${account} ${webhook?.url ?? ""}`.toLowerCase().includes(wanted));
    list.show(found, { isSame: wanted === sign });
    sign = wanted;
    setText(count, plural(found.length, "account"));
    split.classList.toggle("is-open", Boolean(item));
    if (open?.name === item) return open.show();
    open?.stop();
    replace(panel);
    open = item ? accountPanel(panel, item, close) : null;
    list.select(item || null);
  };
  const stopRoute = route.follow(draw);
  const stopAccounts = accounts.listen(() => draw());
  const again = soon(refreshAccounts, 150, 600);
  const stopEvents = onEvent((type) => ["delivery", "webhook", "request", "reset"].includes(type) && again());
  refreshAccounts();
  const openCurrent = () => list.currentEntry && go("accounts", list.currentEntry.account);
  setListKeys(list, { openRow: openCurrent, isOpen: () => Boolean(open), close, search });
  return () => {
    open?.stop();
    list.stop();
    search.stop();
    stopRoute();
    stopAccounts();
    stopEvents();
  };
}
