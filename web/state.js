// What the page knows of the emulator.
import { get } from "./api.js";
import { onEvent } from "./events.js";
import { Feed } from "./feed.js";
import { phone } from "./format.js";
import { oneAtATime, Signal, soon } from "./signal.js";

function webhookState(webhooks) {
  if (webhooks.length === 0) return "";
  for (const state of ["given_up", "waiting"]) {
    if (webhooks.some((each) => each.state === state)) return state;
  }
  return "acknowledged";
}

/** Of ten thousand deliveries only what a list shows is held. */
function keepDelivery({ id, seq, account, phone: number, code, carrier, status, error_code, created_at, rule, webhooks }) {
  return {
    id, seq, account, number, code, carrier, status, error_code, rule,
    at: Date.parse(created_at),
    webhook: webhookState(webhooks),
    text: `${number} ${phone(number)} ${code}`,
  };
}

function keepRequest(entry) {
  return {
    ...entry,
    time: Date.parse(entry.at),
    text: [entry.method, entry.path, entry.status, entry.error, entry.why, entry.account, entry.body, entry.delivery]
      .filter(Boolean).join(" ").toLowerCase(),
  };
}

export const deliveries = new Feed("deliveries", "deliveries", keepDelivery);
export const requests = new Feed("requests", "requests", keepRequest);
export const health = new Signal(null);
export const findings = new Signal(null);
/** All accounts, by the name that replies give them. */
export const accounts = new Signal(new Map());

const MOST_ACCOUNTS = 2000;

async function readAccounts() {
  const found = new Map();
  let after = 0;
  for (let more = true; more && found.size < MOST_ACCOUNTS;) {
    const page = await get("accounts", { after, limit: 500 });
    for (const each of page.accounts) found.set(each.account, { ...each, readAt: Date.now() });
    after = page.accounts.at(-1)?.seq ?? after;
    more = page.more;
  }
  accounts.set(found);
}

/** The connection's state says when nobody answers; other failures are shown by who asked for it. */
function quietly(action) {
  return oneAtATime(() => action().catch(() => {}));
}

export const refreshAccounts = quietly(readAccounts);
export const refreshHealth = quietly(async () => health.set({ ...(await get("health")), readAt: Date.now() }));
export const refreshFindings = quietly(async () => findings.set(await get("verify", { report: true })));
const accountsSoon = soon(refreshAccounts, 300, 1000);
const healthSoon = soon(refreshHealth, 300, 2000);
// It looks at everything there is, so not while a lot is going on.
const findingsSoon = soon(() => document.hidden || refreshFindings(), 700, 10_000);

/** A webhook may have been given up: only the delivery itself says so. */
const unsure = new Set();
const lookAtUnsure = soon(async () => {
  const ids = [...unsure];
  unsure.clear();
  if (ids.length > 20) return deliveries.reload();
  for (const id of ids) await refreshDelivery(id).catch(() => {});
}, 150, 600);

/** A delivery with all that is known of it. To look at it here is not to have read its code. */
export async function readDelivery(id) {
  const found = (await get("deliveries", { id })).deliveries[0] ?? null;
  if (found) deliveries.update(keepDelivery(found));
  return found;
}
const refreshDelivery = readDelivery;

function readAll() {
  refreshAccounts();
  refreshHealth();
  refreshFindings();
  return Promise.all([deliveries.reload(), requestsAreFollowed ? requests.reload() : null]);
}

let requestsAreFollowed = false;

/** The journal of requests is read once somebody looks at it. */
export function followRequests() {
  if (requestsAreFollowed) return;
  requestsAreFollowed = true;
  requests.reload();
}

const HANDLERS = {
  delivery({ seq, status, error_code, account }) {
    deliveries.see(seq, { status, error_code });
    if (!accounts.value.has(account)) accountsSoon();
  },
  webhook({ delivery, outcome, kind }) {
    if (delivery === "test") return;
    unsure.add(delivery);
    lookAtUnsure();
    return { outcome, kind };
  },
  request() {
    if (requestsAreFollowed) requests.pullSoon();
  },
  clock: accountsSoon,
  scenario: accountsSoon,
  reset: () => readAll(),
  gap: () => readAll(),
};

/** How old an entry is by the clock of its account, which may stand still or run fast. */
export function nowOf(account) {
  const known = accounts.value.get(account);
  if (!known) return Date.now();
  const { mode, now } = known.clock;
  const factor = mode === "manual" ? 0 : Number(/^x([\d.]+)$/.exec(mode)?.[1] ?? 1);
  return Date.parse(now) + (Date.now() - known.readAt) * factor;
}

export function startState() {
  let isFirst = true;
  onEvent((type, data) => {
    if (type === "resumed") {
      // What came before the stream is read now; what came while it was broken comes with it.
      if (isFirst) readAll();
      else [refreshHealth, refreshFindings, refreshAccounts].forEach((each) => each());
      isFirst = false;
      return;
    }
    HANDLERS[type]?.(data);
    healthSoon();
    findingsSoon();
  });
  setInterval(() => document.hidden || refreshHealth(), 30_000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    refreshHealth();
    findingsSoon();
  });
}
