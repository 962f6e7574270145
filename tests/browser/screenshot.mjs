// Makes the pictures of the page that the documentation shows: docs/images/page.png and page-dark.png.
//
//   node tests/browser/screenshot.mjs [FOLDER]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./lib/browser.mjs";
import { setStage } from "./lib/stage.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
await mkdir(folder, { recursive: true });
const { emulator, receiver } = await setStage();
const browser = await launch();
try {
  const { deliveries } = (await emulator.call("GET", "/_mock/deliveries")).json;
  for (const [name, colorScheme] of [["page", "light"], ["page-dark", "dark"]]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${emulator.url}/_mock/#/codes/${deliveries[0].id}`);
    await page.locator("details.attempt").first().waitFor();
    await page.locator(".list").evaluate((list) => (list.scrollTop = list.scrollHeight));
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await emulator.stop();
  await receiver.stop();
}
