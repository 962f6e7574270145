// One delivery, and what can be done to it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { BINARY, freshKey } from "./lib/emulator.mjs";
import { clipboard, pageTest, until } from "./lib/page.mjs";

const NEVER_ENDS = "+84980000020";

async function withTarget(emulator, receiver) {
  const key = freshKey();
  await emulator.call("PATCH", "/_mock/account", { key, body: { webhook: { url: receiver.url, secret: "whsec_dev" } } });
  return key;
}

pageTest("completed as failed, the webhook attempt appears; redelivered, another one", async (stage) => {
  const receiver = await stage.receiver({ status: 200, body: "thanks" });
  const emulator = await stage.start();
  const key = await withTarget(emulator, receiver);
  const { id } = await emulator.send(NEVER_ENDS, "482917", key);
  const page = await stage.open(emulator);
  await page.getByRole("link", { name: /Code 482917/ }).click();
  await page.waitForURL(`**/#/codes/${id}`);
  await page.getByText("The call has not ended yet").waitFor();
  await page.getByLabel("Reason of the failure").selectOption("busy");
  await page.getByRole("button", { name: "Fail with" }).click();
  await page.locator(".panel .status.failed", { hasText: "Failed" }).waitFor();
  await page.locator("details.attempt").waitFor();
  assert.equal(receiver.received.length, 1);
  assert.equal(JSON.parse(receiver.received[0].body).error_code, "busy");

  await page.locator("details.attempt summary").click();
  const shown = await page.locator("details.attempt").textContent();
  for (const words of [receiver.received[0].headers["x-nexo-signature"], "otp.failed", '"error_code": "busy"', "Reply: 200", "thanks"]) {
    assert.ok(shown.includes(words), `${words} in ${shown}`);
  }
  await page.getByRole("button", { name: "Redeliver" }).click();
  await until("the receiver got it twice", () => receiver.received.length === 2);
  assert.equal(receiver.received[1].body, receiver.received[0].body);
  await until("both are shown", async () => (await page.locator("details.attempt").count()) === 2);
  await page.locator("details.attempt", { hasText: "Redelivery" }).waitFor();
  await page.locator(".happenings", { hasText: "Redelivery by hand: answered 200" }).waitFor();
});

pageTest("delivered by hand", async (stage) => {
  const emulator = await stage.start();
  const { id } = await emulator.send(NEVER_ENDS, "482917", freshKey());
  const page = await stage.open(emulator, `#/codes/${id}`);
  await page.getByRole("button", { name: "Deliver now" }).click();
  await page.locator(".panel .status.delivered", { hasText: "Delivered" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Deliver now" }).count(), 0);
});

pageTest("a ladder of retries is drawn and told, with the attempt that is planned", async (stage) => {
  const receiver = await stage.receiver({ status: 500 }, { status: 503 }, { status: 200 });
  const emulator = await stage.start("--clock", "manual@2026-05-26T10:00:00Z");
  const key = await withTarget(emulator, receiver);
  const { id } = await emulator.send("+84981234567", "482917", key);
  const page = await stage.open(emulator, `#/codes/${id}`);
  await emulator.call("POST", "/_mock/clock/advance", { key, body: { by: "7s" } });
  await page.locator(".happenings li.planned", { hasText: "+37 s" }).waitFor();
  const told = async () => (await page.locator(".happenings li").allTextContents()).map((each) => each.replace(/^\d\d:\d\d:\d\d/, ""));
  assert.deepEqual(await told(), ["The call is made", "+2 sThe code was read out", "+2 sWebhook attempt 1: answered 500",
    "+7 sWebhook attempt 2: answered 503", "+37 sWebhook attempt 3: planned"]);
  assert.equal(await page.locator(".axis .mark").count(), 5);
  await page.getByText(/Attempt 3 is planned for/).waitFor();
  await emulator.call("POST", "/_mock/clock/advance", { key, body: { to: "idle" } });
  await until("it is acknowledged", async () => (await told()).at(-1) === "+37 sWebhook attempt 3: answered 200");
});

pageTest("saved as a scenario, it is a file that check accepts", async (stage) => {
  const emulator = await stage.start("--clock", "instant");
  const { id } = await emulator.send("+84980000002", "482917", freshKey());
  const page = await stage.open(emulator, `#/codes/${id}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as scenario" }).click()]);
  assert.equal(download.suggestedFilename(), `delivery-${id.slice(0, 8)}.json`);
  const file = await download.path();
  assert.equal(JSON.parse(await readFile(file, "utf8")).rules[0].then.fail, "busy");
  const checked = spawnSync(BINARY, ["check", file], { encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stderr);
});

pageTest("copied as curl, the command makes the same send again", async (stage) => {
  const emulator = await stage.start();
  const { id } = await emulator.send("+84981234567", "482917", freshKey());
  const page = await stage.open(emulator, `#/codes/${id}`);
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByText("Copied the curl command").waitFor();
  const done = spawnSync("bash", ["-c", `${await clipboard(page)} -s`], { encoding: "utf8", env: { ...process.env, NEXO_KEY: freshKey() } });
  assert.equal(JSON.parse(done.stdout).ok, true, done.stderr);
  await until("there are two", async () => (await page.locator(".row .code", { hasText: "482917" }).count()) === 2);
});

pageTest("the rule that decided is named with what it does, and a link of a stranger says what is wrong", async (stage) => {
  const emulator = await stage.start();
  const { id } = await emulator.send("+84980000021", "482917", freshKey());
  const page = await stage.open(emulator, `#/codes/${id}`);
  await page.locator(".details", { hasText: "Decided by the rule “delivered late”: deliver after 1m." }).waitFor();
  await page.locator(".details", { hasText: "$0.022, held until the call ends" }).waitFor();
  await page.goto(`${emulator.url}/_mock/#/codes/c2bfd32e-7ed5-41f1-bc01-c26a6962c584`);
  await page.getByRole("heading", { name: "This delivery is not there" }).waitFor();
  await page.goBack();
  await page.locator(".big-code", { hasText: "482917" }).waitFor();
});
