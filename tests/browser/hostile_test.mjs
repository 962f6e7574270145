// What applications, scenarios and receivers say is text, whatever they say.
import assert from "node:assert/strict";
import { pageTest, until } from "./lib/page.mjs";

const EVIL = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

pageTest("markup in rule names, replies, requests, scenario and webhook answers shows as text", async (stage) => {
  const receiver = await stage.receiver({ status: 500, body: EVIL });
  const emulator = await stage.start("--clock", "instant");
  const key = "sk_live_hostile_1";
  await emulator.call("PUT", "/_mock/scenario", { body: { name: EVIL, description: EVIL, rules: [
    { name: EVIL, when: { phone: "+84981234567" }, then: { fail: EVIL } },
    { name: `refuse ${EVIL}`, then: { error: "rate_limited", body: EVIL } }] } });
  await emulator.call("PATCH", "/_mock/account", { key, body: { webhook: { url: `${receiver.url}?x=%3Cimg%20src=x%3E`, secret: "s" } } });
  const { id } = await emulator.send("+84981234567", "482917", key);
  await emulator.call("POST", "/api/v1/send-otp", { key, body: { phone: "+84901112233", code: "1234", note: EVIL } });
  await emulator.call("GET", `/api/v1/${encodeURIComponent(EVIL)}`, { key });
  await until("the webhook was tried", () => receiver.received.length > 0);
  const page = await stage.open(emulator);
  const shows = async (hash, act = async () => {}) => {
    await page.goto(`${emulator.url}/_mock/${hash}`);
    await act();
    await page.getByText("<img src=x onerror=").first().waitFor();
    assert.equal(await page.evaluate(() => window.harmed), undefined, hash);
    assert.equal(await page.locator("main img, main script, header script").count(), 0, hash);
  };
  await shows("#/codes");
  await shows(`#/codes/${id}`, () => page.locator("details.attempt summary").first().click());
  await page.getByLabel("Reply: 500", { exact: true }).first().getByText(EVIL).waitFor();
  await shows("#/scenario");
  await shows("#/requests");
  await shows("#/requests/2");
  await page.goto(`${emulator.url}/_mock/#/${encodeURIComponent(EVIL)}/${encodeURIComponent(EVIL)}?q=${encodeURIComponent(EVIL)}`);
  await page.getByText("There is nothing here").waitFor();
  assert.equal(await page.evaluate(() => window.harmed), undefined);
});
