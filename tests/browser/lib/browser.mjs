// Debian's Chromium, as the tests drive it.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function chromiumPath() {
  const found = process.env.CHROMIUM_BIN ?? PLACES.find(existsSync);
  if (!found) throw new Error("there is no chromium: apt-get install chromium, or set CHROMIUM_BIN");
  return found;
}

export function launch() {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
