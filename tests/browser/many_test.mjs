// Ten thousand deliveries.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { freshKey } from "./lib/emulator.mjs";
import { codesShown, pageTest, SECOND, until } from "./lib/page.mjs";

const MANY = 10_000;
const MOST_ROWS = 60;

// All in a row on one connection: fetch() takes longer for a call than the emulator.
async function sendMany(emulator, key) {
  await emulator.send("+84905555555", "4711", key);
  const { hostname, port } = new URL(emulator.url);
  const requests = Array.from({ length: MANY }, (_, i) => {
    const body = JSON.stringify({ phone: `+8498${1_000_000 + i}`, code: String(100_000 + i) });
    const last = i === MANY - 1 ? "Connection: close\r\n" : "";
    return `POST /api/v1/send-otp HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\n${last}Content-Length: ${body.length}\r\n\r\n${body}`;
  });
  const socket = connect(Number(port), hostname);
  socket.write(requests.join(""));
  let replies = "";
  for await (const bytes of socket) replies += bytes;
  assert.equal(replies.split('"ok":true').length - 1, MANY);
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
