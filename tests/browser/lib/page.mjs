// A test of the page: an emulator of its own, a browser window of its own, and an end that fails if the
// browser had anything to complain of.
import assert from "node:assert/strict";
import { test, before, after } from "node:test";
import { launch } from "./browser.mjs";
import { Emulator } from "./emulator.mjs";
import { Receiver } from "./receiver.mjs";

// Instrumented builds are many times slower; bounds on real time grow by this.
const SLOWNESS = process.env.NEXO_MOCK_SANITIZED === "1" ? 10 : 1;
export const SECOND = 1000 * SLOWNESS;
const PATIENCE = 15 * SECOND;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

class Stage {
  #emulators = [];
  #receivers = [];
  complaints = [];

  async start(...options) {
    const emulator = await Emulator.start(...options);
    this.#emulators.push(emulator);
    return emulator;
  }

  async receiver(...answers) {
    const receiver = await Receiver.start(...answers);
    this.#receivers.push(receiver);
    return receiver;
  }

  /** A window that shows a view of an emulator. */
  async open(emulator, hash = "", { width = 1280, height = 800, ...settings } = {}) {
    this.context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...settings });
    await this.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.context.addInitScript(() => addEventListener("securitypolicyviolation",
      (event) => console.error(`securitypolicyviolation: ${event.violatedDirective} ${event.blockedURI}`)));
    const page = await this.context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.complaints.push(`pageerror: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    await page.goto(`${emulator.url}/_mock/${hash}`);
    return page;
  }

  async end() {
    await this.context?.close();
    for (const each of this.#emulators) await each.stop();
    for (const each of this.#receivers) await each.stop();
  }
}

/** `tolerated`: what the browser says by itself of replies that the test provokes. */
export function pageTest(claim, run, { tolerated = [] } = {}) {
  test(claim, { timeout: 6 * PATIENCE }, async () => {
    const stage = new Stage();
    try {
      await run(stage);
    } catch (failure) {
      if (stage.complaints.length > 0) failure.message += `\nthe browser said: ${stage.complaints.join("; ")}`;
      throw failure;
    } finally {
      await stage.end();
    }
    const complaints = stage.complaints.filter((each) => !tolerated.some((pattern) => pattern.test(each)));
    assert.deepEqual(complaints, [], "the browser has nothing to complain of");
  });
}

export async function until(claim, holds, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (let last; ; ) {
    last = await holds();
    if (last) return last;
    if (Date.now() > end) assert.fail(`not within ${patience} ms: ${claim}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** The codes in sight, newest first. */
export function codesShown(page) {
  return page.locator(".row .code").allTextContents();
}

export async function clipboard(page) {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Where a row of the account's name, as replies show it, can be found. */
export async function nameOf(emulator, key) {
  return (await emulator.call("GET", "/_mock/account", { key })).json.account.account;
}
