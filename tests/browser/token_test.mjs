// --control-token, and what keeps strangers out.
import assert from "node:assert/strict";
import { freshKey } from "./lib/emulator.mjs";
import { pageTest } from "./lib/page.mjs";

const UNAUTHORIZED = { tolerated: [/status of 401 .*_mock\//] };

pageTest("the token is asked for when it is needed, a wrong one is told, and the page goes on", async (stage) => {
  const emulator = await stage.start("--control-token", "s3cret");
  await emulator.send("+84981234567", "482917", freshKey());
  const page = await stage.open(emulator);
  const dialog = page.getByRole("dialog", { name: "Token needed" });
  await dialog.waitFor();
  assert.equal(await page.getByText("482917", { exact: true }).count(), 0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dialog.waitFor();
  await dialog.getByLabel("Control token").fill("guess");
  await dialog.getByRole("button", { name: "Show the page" }).click();
  await dialog.getByText("That is not the token").waitFor();
  await dialog.getByLabel("Control token").fill("s3cret");
  await dialog.getByRole("button", { name: "Show the page" }).click();
  await page.locator(".row", { hasText: "482917" }).waitFor();
  assert.equal(await dialog.count(), 0);
  await emulator.send("+84981234567", "730164", freshKey());
  await page.locator(".row", { hasText: "730164" }).waitFor();
  await page.reload();
  await page.locator(".row", { hasText: "482917" }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0, "the token is kept for the tab alone");
}, UNAUTHORIZED);

pageTest("the page's files carry a policy that lets nothing foreign in", async (stage) => {
  const emulator = await stage.start("--control-token", "s3cret");
  for (const path of ["/_mock/", "/_mock/ui/app.js", "/_mock/ui/base.css", "/_mock/ui/icon.svg"]) {
    const { status, headers } = await emulator.call("GET", path);
    assert.equal(status, 200, path);
    assert.match(headers.get("content-security-policy"), /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
  const { text } = await emulator.call("GET", "/_mock/");
  assert.doesNotMatch(text, /style=|<style|onclick|<script(?![^>]*src=)|https?:/);
});

pageTest("a browser asks for a file it has only whether it is still the same", async (stage) => {
  const emulator = await stage.start();
  const ask = (path, options) => fetch(emulator.url + path, { redirect: "manual", ...options });
  const first = await ask("/_mock/ui/app.js");
  const body = await first.text();
  const again = await ask("/_mock/ui/app.js", { headers: { "If-None-Match": first.headers.get("etag") } });
  assert.deepEqual([again.status, await again.text(), again.headers.get("cache-control")], [304, "", "no-cache"]);
  const head = await ask("/_mock/ui/app.js", { method: "HEAD" });
  assert.deepEqual([head.status, Number(head.headers.get("content-length"))], [200, Buffer.byteLength(body)]);
  for (const [path, method, status] of [["/", "GET", 302], ["/", "HEAD", 302], ["/_mock", "GET", 302], ["/", "POST", 404], ["/_mock/", "POST", 405], ["/_mock/ui/nothing.js", "GET", 404]]) {
    assert.equal((await ask(path, { method })).status, status, `${method} ${path}`);
  }
  const page = await stage.open(emulator);
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  const statuses = [];
  page.on("response", (response) => response.url().includes("/_mock/ui/") && statuses.push(response.status()));
  await page.reload();
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  assert.ok(statuses.length > 20 && statuses.every((each) => each === 200 || each === 304), `${statuses}`);
});
