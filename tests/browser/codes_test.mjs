// The inbox.
import assert from "node:assert/strict";
import { freshKey } from "./lib/emulator.mjs";
import { clipboard, codesShown, nameOf, pageTest, SECOND, until } from "./lib/page.mjs";

pageTest("/ leads to the page, and an empty inbox tells how to send the first code", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator);
  await page.goto(`${emulator.url}/`);
  assert.equal(page.url(), `${emulator.url}/_mock/`);
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied the command").waitFor();
  const command = await clipboard(page);
  assert.match(command, new RegExp(`^curl -X POST ${emulator.url}/api/v1/send-otp`));
  const { spawnSync } = await import("node:child_process");
  const done = spawnSync("bash", ["-c", `${command} -s`], { encoding: "utf8" });
  assert.equal(JSON.parse(done.stdout).ok, true, done.stderr);
  await page.getByText("482917").waitFor();
});

pageTest("a code shows up by itself within a second", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator);
  await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  const began = Date.now();
  await emulator.send("+84981234567", "482917", freshKey());
  await page.locator(".row").first().waitFor({ timeout: SECOND });
  assert.ok(Date.now() - began < SECOND);
  const row = page.locator(".row").first();
  for (const words of ["482917", "+84 98 123 4567", "Viettel", "Calling", "delivered", "sk_live_…"]) {
    assert.ok((await row.textContent()).includes(words), `${words} in ${await row.textContent()}`);
  }
  assert.match(await page.locator("#announcer").textContent(), /New code 482917 to \+84 98 123 4567/);
  await page.locator(".row .status.delivered").waitFor();
});

pageTest("codes are narrowed by status and account, and the address holds what narrows them", async (stage) => {
  const emulator = await stage.start("--clock", "instant");
  const [one, other] = [freshKey(), freshKey()];
  await emulator.send("+84980000000", "1111", one);
  await emulator.send("+84980000002", "2222", one);
  await emulator.send("+84980000020", "3333", other);
  const page = await stage.open(emulator);
  await until("all three", async () => (await codesShown(page)).join() === "3333,2222,1111");
  await page.getByRole("button", { name: "Failed" }).click();
  await until("the failed one", async () => (await codesShown(page)).join() === "2222");
  assert.match(await page.locator(".row").textContent(), /busy/);
  await page.getByRole("button", { name: "Calling" }).click();
  await until("the open one", async () => (await codesShown(page)).join() === "3333");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByLabel("Account", { exact: true }).selectOption(await nameOf(emulator, one));
  await until("those of the account", async () => (await codesShown(page)).join() === "2222,1111");
  await page.reload();
  await until("the same after a reload", async () => (await codesShown(page)).join() === "2222,1111");
});

pageTest("search takes numbers as people type them, codes and ids", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const { id } = await emulator.send("+84981234567", "482917", key);
  await emulator.send("+84901112233", "730164", key);
  const page = await stage.open(emulator);
  await page.getByText("730164").waitFor();
  const search = page.getByRole("searchbox");
  for (const [typed, code] of [["098 123", "482917"], ["+84 90 111", "730164"], ["0901112233", "730164"], ["2917", "482917"], [id.slice(0, 13), "482917"], ["90111", "730164"]]) {
    await search.fill(typed);
    await until(`${typed} finds ${code}`, async () => (await codesShown(page)).join() === code);
  }
  await search.fill(id.slice(9, 18));
  await page.getByRole("heading", { name: "No code fits" }).waitFor(); // the middle of an id is nobody's search
  await search.fill("no such thing");
  await page.getByRole("heading", { name: "No code fits" }).waitFor();
  await page.getByRole("button", { name: "Show all codes" }).click();
  await until("both again", async () => (await codesShown(page)).length === 2);
});

pageTest("a code is copied from its row", async (stage) => {
  const emulator = await stage.start();
  await emulator.send("+84981234567", "016548", freshKey());
  const page = await stage.open(emulator);
  await page.locator(".row").hover();
  await page.getByRole("button", { name: "Copy code 016548" }).click();
  await page.getByText("Copied 016548").waitFor();
  assert.equal(await clipboard(page), "016548");
});

pageTest("looking at a code is not reading it", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const { id } = await emulator.send("+84980000000", "482917", key);
  const page = await stage.open(emulator, `#/codes/${id}`);
  await page.getByText("nothing has asked for it yet").waitFor();
  assert.deepEqual((await emulator.call("GET", "/_mock/verify", { key })).json.failures.map(({ check }) => check), ["codes"]);
});

pageTest("who has scrolled down keeps their place, and is told of new codes", async (stage) => {
  const emulator = await stage.start("--clock", "instant");
  await emulator.call("PUT", "/_mock/scenario", { body: { account_defaults: { balance: 100 }, rules: [{ then: { deliver: true } }] } });
  const key = freshKey();
  for (let i = 0; i < 40; i += 1) await emulator.send("+84981234567", String(1000 + i), key);
  const page = await stage.open(emulator);
  await page.getByText("1039").waitFor();
  await page.locator(".list").evaluate((list) => (list.scrollTop = 900));
  const topOf = async () => (await page.getByText("1020", { exact: true }).boundingBox()).y;
  const before = await topOf();
  await emulator.send("+84981234567", "7777", key);
  await page.getByRole("button", { name: "1 new" }).waitFor();
  assert.equal(await topOf(), before);
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByText("7777", { exact: true }).waitFor();
});
