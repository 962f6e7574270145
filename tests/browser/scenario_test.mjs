// Rules: which there are, which would win, one more, and others in their place.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, freshKey } from "./lib/emulator.mjs";
import { nameOf, pageTest, until } from "./lib/page.mjs";

const BAD_REQUEST = { tolerated: [/status of 400 .*_mock\/(scenario|rules)/] };

async function ask(page, number) {
  await page.getByLabel("If a code were sent to this number").fill(number);
  await page.getByRole("button", { name: "Ask" }).click();
}

pageTest("a rule that was put in front is obeyed by the next send, and tells so before", async (stage) => {
  const emulator = await stage.start();
  const key = freshKey();
  const page = await stage.open(emulator, "#/scenario");
  await ask(page, "098 123 4567");
  await page.getByText("The rule “delivered” would win for +84 98 123 4567.").waitFor();

  await page.getByLabel("To", { exact: true }).fill("0981234567");
  await page.getByLabel("What happens").selectOption({ label: "The API refuses with" });
  await page.getByLabel("Which").selectOption("rate_limited");
  await page.getByLabel("Called").fill("slow down");
  const shown = JSON.parse(await page.getByLabel("What will be sent").textContent());
  assert.deepEqual(shown, { name: "slow down", when: { phone: "+84981234567" }, then: [{ error: "rate_limited" }], end: "fall_through" });
  await page.getByRole("button", { name: "Put it in front" }).click();
  await page.locator(".rules li").first().filter({ hasText: "slow down" }).waitFor();
  await page.getByText("changed since the start").waitFor();

  await ask(page, "0981234567");
  await page.getByText("The rule “slow down” would win for +84 98 123 4567.").waitFor();
  await page.getByText("The reply is 429 rate_limited.").waitFor();
  assert.equal((await emulator.send("+84981234567", "482917", key)).error, "rate_limited");
  await page.locator(".rules li", { hasText: "slow down" }).getByText("1×").waitFor();
  assert.equal((await emulator.send("+84981234567", "482917", key)).ok, true);

  // For the account that has used it up another rule wins; for a new one it is still there.
  await page.getByLabel("Account", { exact: true }).selectOption(await nameOf(emulator, key));
  await ask(page, "0981234567");
  await page.getByText("The rule “delivered” would win for +84 98 123 4567.").waitFor();
});

pageTest("each outcome of the form is a rule that the emulator takes", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator, "#/scenario");
  const outcomes = await page.getByLabel("What happens").locator("option").evaluateAll((all) => all.map(({ value }) => value));
  assert.deepEqual(outcomes, ["fail", "deliver", "pending", "error", "fault"]);
  for (const [i, outcome] of outcomes.entries()) {
    await page.getByLabel("What happens").selectOption(outcome);
    await page.getByLabel("Used").selectOption(["once", "times", "always"][i % 3]);
    await page.getByLabel("Through").selectOption("viettel");
    await page.getByLabel("Called").fill(`made ${i}`);
    await page.getByRole("button", { name: "Put it in front" }).click();
    await page.locator(".rules li").first().filter({ hasText: `made ${i}` }).waitFor();
  }
});

pageTest("a rule for one account leaves the others alone", async (stage) => {
  const emulator = await stage.start();
  const [mine, other] = [freshKey(), freshKey()];
  const page = await stage.open(emulator, `#/scenario?account=${encodeURIComponent(await nameOf(emulator, mine))}`);
  await page.getByText(/It goes before all other rules, for the account sk_live_/).waitFor();
  await page.getByLabel("What happens").selectOption("error");
  await page.getByRole("button", { name: "Put it in front" }).click();
  await page.getByText("of this account alone").waitFor();
  assert.equal((await emulator.send("+84981234567", "1234", mine)).ok, false);
  assert.equal((await emulator.send("+84981234567", "1234", other)).ok, true);
});

pageTest("a scenario with mistakes says where they are, and the next one counts", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator, "#/scenario");
  const text = page.getByLabel("Scenario file");
  await text.fill('{\n  "name": "mine",\n  "rules": [{"when": {"phne": "+84981234567"}, "then": {"fail": 7}}]\n}');
  await page.getByRole("button", { name: "Use it" }).click();
  const mistakes = page.locator(".mistakes li");
  await until("both are told", async () => (await mistakes.count()) === 2);
  assert.match(await mistakes.first().textContent(), /Line 3, column 23.*unknown key "phne" \(did you mean "phone"\?\)/);
  await page.getByRole("button", { name: "Line 3, column 23" }).click();
  assert.equal(await text.evaluate((area) => area.value.slice(area.selectionStart).startsWith('"phne"')), true);
  assert.equal((await emulator.call("GET", "/_mock/scenario")).json.scenario.name, "default");

  await text.fill('{"name": "mine", "rules": [{"name": "line busy", "then": {"fail": "busy"}}]}');
  await page.getByRole("button", { name: "Use it" }).click();
  await page.locator(".rules li", { hasText: "line busy" }).waitFor();
  assert.equal((await emulator.call("GET", "/_mock/scenario")).json.scenario.name, "mine");
  await page.getByRole("button", { name: "Back to the start-up scenario" }).click();
  await page.getByText("as it was at the start").waitFor();
}, BAD_REQUEST);

pageTest("a scenario is taken from a file, and the present one can be changed", async (stage) => {
  const emulator = await stage.start();
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  try {
    const file = join(folder, "mine.json");
    await writeFile(file, '{"name": "from a file", "rules": [{"then": {"pending": true}}]}');
    const page = await stage.open(emulator, "#/scenario");
    await page.getByLabel("From a file…").setInputFiles(file);
    await until("it is in the text", async () => (await page.getByLabel("Scenario file").inputValue()).includes("from a file"));
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("from a file", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Start from the present one" }).click();
    await writeFile(file, await page.getByLabel("Scenario file").inputValue());
    assert.equal(spawnSync(BINARY, ["check", file]).status, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

pageTest("a reset asks first, and empties the inbox", async (stage) => {
  const emulator = await stage.start();
  await emulator.send("+84981234567", "482917", freshKey());
  const page = await stage.open(emulator, "#/scenario");
  await page.getByRole("button", { name: "Reset…" }).click();
  await page.getByRole("button", { name: "Keep everything" }).click();
  assert.equal((await emulator.call("GET", "/_mock/health")).json.accounts, 1);
  await page.getByRole("button", { name: "Reset…" }).click();
  await page.getByRole("button", { name: "Reset everything" }).click();
  await page.getByText("All begins anew").waitFor();
  await page.getByRole("link", { name: "Codes" }).click();
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
});
