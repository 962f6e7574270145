// Ten thousand deliveries.
import assert from "node:assert/strict";
import { freshKey } from "./lib/emulator.mjs";
import { codesShown, pageTest, SECOND, until } from "./lib/page.mjs";

const MANY = 10_000;
const MOST_ROWS = 60;

async function sendMany(emulator, key) {
  let next = 0;
  const worker = async () => {
    while (next < MANY) {
      const i = next;
      next += 1;
      const sent = await emulator.send(`+8498${String(1_000_000 + i)}`, String(100_000 + i), key);
      assert.equal(sent.ok, true);
    }
  };
  await emulator.send("+84905555555", "4711", key);
  await Promise.all(Array.from({ length: 8 }, worker));
}

pageTest("the list stays quick: few rows in the document, the end can be reached, the oldest found", async (stage) => {
  const emulator = await stage.start("--clock", "instant");
  await emulator.call("PUT", "/_mock/scenario", { body: { account_defaults: { balance: 100_000 }, rules: [{ then: { deliver: true } }] } });
  const key = freshKey();
  await sendMany(emulator, key);
  const page = await stage.open(emulator);
  await page.getByText("10,001 codes").waitFor();
  assert.ok((await page.locator(".row").count()) < MOST_ROWS);

  await page.locator(".list").evaluate((list) => (list.scrollTop = list.scrollHeight));
  await page.getByText("4711", { exact: true }).waitFor();
  assert.ok((await page.locator(".row").count()) < MOST_ROWS);
  await page.locator(".list").evaluate((list) => (list.scrollTop = 0));

  await page.getByRole("searchbox").fill("0905555555");
  await until("the oldest alone", async () => (await codesShown(page)).join() === "4711");
  await page.getByRole("searchbox").fill("");

  const longest = await page.evaluate(async () => {
    const list = document.querySelector(".list");
    let worst = 0;
    for (let i = 0; i < 120; i += 1) {
      list.scrollTop += 1500;
      const began = performance.now();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      worst = Math.max(worst, performance.now() - began);
    }
    return worst;
  });
  console.log(`# the longest of 120 jumps took ${Math.round(longest)} ms for two frames`);
  assert.ok(longest < SECOND, `scrolling stands still for ${longest} ms`);

  await page.locator(".list").evaluate((list) => (list.scrollTop = 0));
  const began = Date.now();
  await emulator.send("+84981234567", "987654", key);
  await page.getByText("987654", { exact: true }).waitFor({ timeout: 2 * SECOND });
  console.log(`# a new code took ${Date.now() - began} ms to appear among them`);
});
