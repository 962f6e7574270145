// The emulator goes away, comes back, and is reset under the page.
import { pageTest, until, codesShown } from "./lib/page.mjs";
import { freshKey } from "./lib/emulator.mjs";

const NETWORK = { tolerated: [/net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/] };

pageTest("an emulator that was started again on the same port is picked up, with what it has", async (stage) => {
  const first = await stage.start();
  await first.send("+84981234567", "1111", freshKey());
  const page = await stage.open(first);
  await page.locator(".row", { hasText: "1111" }).waitFor();
  await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  await first.stop();
  await page.getByRole("button", { name: /Reconnecting|Offline/ }).waitFor();
  await page.getByRole("button", { name: "Offline", exact: true }).waitFor();
  await page.getByText(`nexo-mock does not answer at ${first.url}.`).waitFor();
  const second = await stage.start("--port", String(first.port));
  await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
  await page.getByText("does not answer").waitFor({ state: "hidden" });
  await second.send("+84981234567", "2222", freshKey());
  await until("the new one alone", async () => (await codesShown(page)).join() === "2222");
}, NETWORK);

pageTest("what happened while the page was cut off is there when it is back", async (stage) => {
  const emulator = await stage.start();
  const page = await stage.open(emulator);
  await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  await stage.context.route("**/_mock/events", (route) => route.abort("connectionrefused"));
  await emulator.send("+84981234567", "1111", freshKey());
  await page.locator(".row", { hasText: "1111" }).waitFor();
  await page.evaluate(() => window.stop());  // as a broken network does, it ends what is under way
  await page.getByRole("button", { name: /Reconnecting|Offline/ }).waitFor();
  await emulator.send("+84981234567", "2222", freshKey());
  await stage.context.unroute("**/_mock/events");
  await page.locator(".row", { hasText: "2222" }).waitFor();
}, NETWORK);

pageTest("a reset empties the list, and that of one account takes away its codes alone", async (stage) => {
  const emulator = await stage.start();
  const [one, other] = [freshKey(), freshKey()];
  await emulator.send("+84981234567", "1111", one);
  await emulator.send("+84981234567", "2222", other);
  const page = await stage.open(emulator);
  await until("both", async () => (await codesShown(page)).join() === "2222,1111");
  await emulator.call("POST", "/_mock/reset", { key: other });
  await until("the one that stays", async () => (await codesShown(page)).join() === "1111");
  await emulator.call("POST", "/_mock/reset");
  await page.getByRole("heading", { name: "No codes yet" }).waitFor();
});
