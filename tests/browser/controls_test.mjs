// Accounts, the clock and the journal of requests.
import assert from "node:assert/strict";
import { freshKey } from "./lib/emulator.mjs";
import { nameOf, pageTest, until } from "./lib/page.mjs";

const ACCOUNT = (name) => `#/accounts/${encodeURIComponent(name)}`;

async function accountOf(emulator, key) {
  return (await emulator.call("GET", "/_mock/account", { key })).json.account;
}

pageTest("a wallet is topped up, and set bucket by bucket", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, ACCOUNT(await nameOf(emulator, key)));
  await page.getByText("$0.11", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "+ $10", exact: true }).click();
  await page.getByText("$10.11", { exact: true }).first().waitFor();
  assert.equal((await accountOf(emulator, key)).buckets.balance, 10);
  await page.getByLabel("Bonus credit").fill("0.5");
  await page.getByLabel("Balance").fill("2.022");
  await page.getByRole("button", { name: "Set amounts" }).click();
  await page.getByText("$2.632", { exact: true }).first().waitFor();
  assert.deepEqual((await accountOf(emulator, key)).buckets, { balance: 2.022, bonus_credit: 0.5, free_credit: 0.11 });
});

pageTest("a webhook target is set, and a ping shows what the receiver said", async (stage) => {
  const receiver = await stage.receiver({ status: 418, body: "short and stout" });
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, ACCOUNT(await nameOf(emulator, key)));
  await page.getByLabel("Target").fill(receiver.url);
  await page.getByLabel("Secret").fill("whsec_dev");
  await page.getByRole("button", { name: "Set target" }).click();
  await page.getByRole("button", { name: "Send a test ping" }).click();
  await page.getByText("The receiver: answered 418").waitFor();
  await page.getByText("short and stout").waitFor();
  assert.equal(receiver.received.length, 1);
  assert.equal(await page.getByLabel("Secret").inputValue(), "", "a secret is never shown");
});

pageTest("a key is revoked and an allowlist set", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, ACCOUNT(await nameOf(emulator, key)));
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByRole("button", { name: "Un-revoke the key" }).waitFor();
  assert.equal((await emulator.send("+84981234567", "1234", key)).error, "unauthorized");
  await page.getByRole("button", { name: "Un-revoke the key" }).click();
  await page.getByRole("button", { name: "Revoke the key" }).waitFor();
  await page.getByLabel(/Addresses that may call/).fill("10.0.0.0/8");
  await page.getByRole("button", { name: "Set allowlist" }).click();
  await page.getByText("The allowlist counts now").waitFor();
  assert.equal((await emulator.send("+84981234567", "1234", key)).error, "ip_not_allowed");
});

pageTest("what is typed and not sent yet stays while the account changes underneath", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, ACCOUNT(await nameOf(emulator, key)));
  await page.getByLabel("Bonus credit").fill("3.5");
  await page.getByLabel(/Addresses that may call/).fill("10.0.0.0/8");
  await emulator.send("+84981234567", "1234", key);
  await page.getByText("$0.088", { exact: true }).first().waitFor();
  assert.equal(await page.getByLabel("Free credit").inputValue(), "0.088");
  assert.equal(await page.getByLabel("Bonus credit").inputValue(), "3.5");
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByRole("button", { name: "Un-revoke the key" }).waitFor();
  assert.equal(await page.getByLabel(/Addresses that may call/).inputValue(), "10.0.0.0/8");
});

pageTest("time is moved by hand, and what fired is listed", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, "#/clock");
  await page.getByText("Time that runs by itself is not moved").waitFor();
  await page.getByRole("button", { name: /^Manual/ }).click();
  await page.getByRole("button", { name: "Advance by" }).waitFor();
  await emulator.send("+84980000021", "482917", key);
  await page.getByText("The next thing is due in 1 min").waitFor();
  await page.getByLabel(/How far/).fill("59s");
  await page.getByRole("button", { name: "Advance by" }).click();
  await page.getByText("nothing was due on the way").waitFor();
  await page.getByRole("button", { name: "To the next event" }).click();
  await page.getByText("1 thing happened on the way").waitFor();
  await page.locator(".fired li", { hasText: "Delivered" }).waitFor();
  await page.getByText("Nothing is due.").waitFor();
  const told = (await emulator.call("GET", "/_mock/clock")).json;
  assert.equal(told.mode, "manual");
  await page.getByRole("button", { name: "Until nothing is due" }).click();
  await page.locator(".fired").waitFor({ state: "detached" });
  await page.getByLabel(/How far/).fill("soon");
  await page.getByRole("button", { name: "Advance by" }).click();
  await page.locator(".toast.bad", { hasText: "by" }).waitFor();
}, { tolerated: [/status of 400 .*clock\/advance/] });

pageTest("the clock of one account is changed without the others", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, `#/clock?account=${encodeURIComponent(await nameOf(emulator, key))}`);
  await page.getByText(/Of the account sk_live_/).waitFor();
  await page.getByRole("button", { name: /^Instant/ }).click();
  await until("it is instant", async () => (await emulator.call("GET", "/_mock/clock", { key })).json.mode === "instant");
  assert.equal((await emulator.call("GET", "/_mock/clock")).json.mode, "real");
});

pageTest("the journal says why a call was refused, as it happens", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, "#/requests");
  await page.getByRole("heading", { name: "No requests yet" }).waitFor();
  await emulator.send("0909999999", "482917", key);
  await emulator.send("+84981234567", "482917", key);
  await emulator.send("+84981234567", "482917", "nonsense");
  await page.locator(".row", { hasText: "no account" }).waitFor();
  await page.getByRole("button", { name: "Refused" }).click();
  await until("two are", async () => (await page.locator(".row").count()) === 2);
  await page.locator(".row", { hasText: "invalid_phone" }).getByRole("link").click();
  const panel = page.getByRole("region", { name: "Request" });
  await panel.getByText('"phone" is not a string like +84981234567').waitFor();
  await panel.getByText('"phone": "0909999999"').waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox").fill("nothing like this");
  await page.getByRole("heading", { name: "No request fits" }).waitFor();
});

pageTest("what verify finds leads to where it is", async (stage) => {
  const emulator = await stage.start("--clock", "instant");
  const key = freshKey();
  await emulator.send("+84981234567", "482917", key);
  const page = await stage.open(emulator);
  await page.getByRole("link", { name: "1 finding" }).click();
  await page.getByRole("link", { name: "nobody asked for the code that was sent to +84981234567" }).click();
  await page.locator(".big-code", { hasText: "482917" }).waitFor();
  await emulator.call("GET", "/_mock/otp/+84981234567", { key });
  await emulator.send("0909999999", "482917", key);
  await page.getByRole("link", { name: "1 finding" }).click();
  await page.getByRole("heading", { name: "Calls that the API refused" }).waitFor();
});
