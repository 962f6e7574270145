// Everything without a mouse.
import assert from "node:assert/strict";
import { freshKey } from "./lib/emulator.mjs";
import { clipboard, pageTest, until } from "./lib/page.mjs";

async function threeCodes(stage) {
  const emulator = await stage.start("--clock", "instant");
  const key = freshKey();
  for (const code of ["1111", "2222", "3333"]) await emulator.send("+84981234567", code, key);
  const page = await stage.open(emulator);
  await page.getByText("1111", { exact: true }).waitFor();
  return page;
}

const current = (page) => page.locator(".row.current .code").textContent();

pageTest("through the list, into a delivery, and out again", async (stage) => {
  const page = await threeCodes(stage);
  await page.keyboard.press("j");
  assert.equal(await current(page), "3333");
  await page.keyboard.press("ArrowDown");
  assert.equal(await current(page), "2222");
  await page.keyboard.press("k");
  await page.keyboard.press("c");
  await page.getByText("Copied 3333").waitFor();
  assert.equal(await clipboard(page), "3333");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".big-code", { hasText: "2222" }).waitFor();
  await page.keyboard.press("j");
  await page.locator(".big-code", { hasText: "1111" }).waitFor();
  await page.goBack();
  await page.locator(".big-code", { hasText: "2222" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".big-code").waitFor({ state: "detached" });
  assert.equal(await current(page), "2222");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")?.includes("2222")), true, "the focus is back on the row");
});

pageTest("search, keys and views have keys of their own", async (stage) => {
  const page = await threeCodes(stage);
  await page.keyboard.press("/");
  await page.keyboard.type("22?j");
  assert.equal(await page.getByRole("searchbox").inputValue(), "22?j", "what is typed is text");
  await page.keyboard.press("Escape");
  await until("it is empty", async () => (await page.locator(".row").count()) === 3);
  await page.keyboard.press("/");
  await page.keyboard.type("11");
  await until("the one that fits", async () => (await page.locator(".row").count()) === 1);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.locator(".big-code", { hasText: "1111" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const [key, view] of [["2", "Accounts"], ["3", "Scenario"], ["4", "Clock"], ["5", "Requests"], ["1", "Codes"]]) {
    await page.keyboard.press(key);
    await page.getByRole("heading", { name: view, level: 1 }).waitFor();
  }
});

pageTest("Tab reaches everything, and where the focus is can be seen", async (stage) => {
  const page = await threeCodes(stage);
  const seen = [];
  for (let i = 0; i < 30 && !seen.some((each) => each.startsWith("Code 1111")); i += 1) {
    await page.keyboard.press("Tab");
    const { name, outline } = await page.evaluate(() => {
      const element = document.activeElement;
      return { name: element.getAttribute("aria-label") ?? element.textContent.trim(), outline: getComputedStyle(element).outlineStyle };
    });
    assert.notEqual(outline, "none", `the focus on "${name}" can be seen`);
    seen.push(name);
  }
  for (const name of ["Skip to the content", "Account", "Keys", "Dark colours", "Accounts", "Search codes", "Delivered"]) {
    assert.ok(seen.includes(name), `${name} in ${seen}`);
  }
  assert.ok(seen.at(-1).startsWith("Code 1111"), `${seen}`);
});
