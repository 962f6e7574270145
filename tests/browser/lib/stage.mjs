// An emulator in which something has happened: what the pictures and some tests show.
import { Emulator } from "./emulator.mjs";
import { Receiver } from "./receiver.mjs";

const SHOP = "sk_live_webshop_checkout_7f";
const LOGIN = "sk_live_mobile_login_c2";
const TESTS = "sk_live_ci_signup_e9";

const SCENARIO = {
  name: "checkout", description: "Busy lines for MobiFone now and then; an outage for one number.",
  rules: [
    { name: "busy twice, then answered", when: { phone: "+84901112233" }, then: [{ fail: "busy", after: "5s", times: 2 }, { deliver: true, after: "12s" }] },
    { name: "nobody picks up", when: { phone: "+84912*" }, then: { fail: "no_answer", after: "25s" } },
    { name: "API down for the nightly job", when: { phone: "+84977000111" }, then: { error: "service_unavailable", headers: { "Retry-After": "1" } } },
    { name: "never ends", when: { phone: "+84988000020" }, then: { pending: true } },
    { name: "answered", then: { deliver: true, after: "4s..9s" } },
  ],
};

const SENDS = [
  ["+84981234567", "482917", SHOP], ["+84901112233", "730164", SHOP], ["+84912445566", "118820", LOGIN], ["+84935667788", "904512", SHOP],
  ["+84977000111", "221100", TESTS], ["+84862113355", "657301", LOGIN], ["+84901112233", "730165", SHOP], ["+84587654321", "3391", LOGIN],
  ["+84981234567", "016548", SHOP], ["+84708123123", "550072", TESTS], ["+84912000777", "847295", LOGIN], ["0981234567", "123456", TESTS],
];

/** What the clock says is always the same; so are ids and codes. */
export async function setStage() {
  const receiver = await Receiver.start({ status: 500, body: "database is locked" }, { status: 503, body: "busy" }, { status: 200, body: "ok" });
  const emulator = await Emulator.start("--seed", "42", "--clock", "manual@2026-05-26T09:41:00Z");
  await emulator.call("PUT", "/_mock/scenario", { body: SCENARIO });
  for (const key of [SHOP, LOGIN, TESTS]) {
    await emulator.call("PATCH", "/_mock/account", { key, body: { balance: key === SHOP ? 24.5 : 5, webhook: { url: receiver.url, secret: "whsec_dev" } } });
  }
  const advance = (by) => emulator.call("POST", "/_mock/clock/advance", { body: { by } });
  for (const [phone, code, key] of SENDS) {
    await emulator.send(phone, code, key);
    await advance("13s");
  }
  await emulator.send("+84988000020", "771043", SHOP);
  await advance("2s");
  await emulator.send("+84981234567", "395206", SHOP);
  await advance("3s");
  return { emulator, receiver, keys: { SHOP, LOGIN, TESTS } };
}
