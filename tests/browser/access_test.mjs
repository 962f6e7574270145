// axe finds nothing serious, in any view, light, dark and narrow.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { pageTest } from "./lib/page.mjs";
import { setStage } from "./lib/stage.mjs";

// In "legacy mode" axe makes its report in the page itself and not in one more: there are no frames to gather from.
async function faults(page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] }).analyze();
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Hash, and what is there once the view is. */
const VIEWS = {
  codes: ["#/codes", ".row"], "nothing fits": ["#/codes?q=nothing", ".list-empty h2"], accounts: ["#/accounts", ".row"],
  scenario: ["#/scenario", ".rules li"], clock: ["#/clock", "#advance"], requests: ["#/requests", ".row"],
  request: ["#/requests/5", ".panel pre"], checks: ["#/checks", ".found li"], nowhere: ["#/nowhere", "h1"],
};

for (const [kind, settings] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["narrow", { width: 360, height: 740 }]]) {
  pageTest(`no serious fault in any view: ${kind}`, async (stage) => {
    const { emulator, receiver } = await setStage();
    try {
      const page = await stage.open(emulator, "", settings);
      const { deliveries } = (await emulator.call("GET", "/_mock/deliveries")).json;
      const views = {
        ...VIEWS, delivery: [`#/codes/${deliveries[0].id}`, "details.attempt"],
        "open delivery": [`#/codes/${deliveries.at(-1).id}`, "#deliver"],
        account: [`#/accounts/${encodeURIComponent(deliveries[0].account)}`, ".buckets"],
      };
      for (const [name, [hash, sign]] of Object.entries(views)) {
        await page.goto(`${emulator.url}/_mock/${hash}`);
        await page.locator(sign).first().waitFor();
        if (name === "delivery") await page.locator("details.attempt summary").first().click();
        assert.deepEqual(await faults(page), [], name);
        const { width, content } = await page.evaluate(() => ({ width: innerWidth, content: document.documentElement.scrollWidth }));
        assert.ok(content <= width, `${name} is ${content} wide in a window of ${width}`);
      }
      await page.keyboard.press("?");
      assert.deepEqual(await faults(page), [], "the dialog of keys");
    } finally {
      await stage.context.close();
      await emulator.stop();
      await receiver.stop();
    }
  });
}

pageTest("no serious fault in the empty inbox, and in the dialog that asks for the token", async (stage) => {
  const empty = await stage.start();
  const page = await stage.open(empty);
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  assert.deepEqual(await faults(page), []);
  const closed = await stage.start("--control-token", "s3cret");
  await page.goto(`${closed.url}/_mock/`);
  await page.getByLabel("Control token").fill("wrong");
  await page.getByRole("button", { name: "Show the page" }).click();
  await page.getByText("That is not the token").waitFor();
  assert.deepEqual(await faults(page), []);
}, { tolerated: [/status of 401/, /net::ERR_/] });

pageTest("the colours follow the system until somebody chooses", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator, "", { colorScheme: "dark" });
  const isDark = () => page.evaluate(() => getComputedStyle(document.body).color !== "rgb(27, 28, 32)");
  assert.equal(await isDark(), true);
  await page.getByRole("button", { name: "Light colours" }).click();
  assert.equal(await isDark(), false);
  await page.reload();
  await page.getByRole("button", { name: "Dark colours" }).waitFor();
  assert.equal(await isDark(), false);
  await page.getByRole("button", { name: "Dark colours" }).click();
  assert.equal(await page.evaluate(() => localStorage.getItem("theme")), null);
});
