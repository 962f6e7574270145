// The page over --tls-port.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshKey } from "./lib/emulator.mjs";
import { pageTest } from "./lib/page.mjs";

pageTest("over HTTPS the page is live and may do what it may in plain", async (stage) => {
  const folder = mkdtempSync(join(tmpdir(), "nexo-mock-page-"));
  try {
    const emulator = await stage.start("--tls-port", "0", "--tls-self-signed", folder);
    const page = await stage.open({ url: emulator.tls_url }, "", { ignoreHTTPSErrors: true });
    assert.ok(page.url().startsWith("https://"), page.url());
    await page.getByText("Live", { exact: true }).waitFor();
    await emulator.send("+84980000020", "482917", freshKey());
    const row = page.locator(".row", { hasText: "482917" });
    await row.waitFor();
    await row.click();
    await page.getByRole("button", { name: "Deliver now" }).click();
    await row.getByText("Delivered").waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
