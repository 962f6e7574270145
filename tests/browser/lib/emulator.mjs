// A running emulator on a free port, as the tests of the page start it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
export const BINARY = process.env.NEXO_MOCK_BIN ?? `${REPOSITORY}build/dev/bin/nexo-mock`;

function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NEXO_MOCK_")));
}

let keys = 0;

/** A key that nobody has used yet. */
export function freshKey() {
  return `sk_live_browser_${process.pid}_${(keys += 1)}`;
}

export class Emulator {
  static async start(...options) {
    const made = new Emulator();
    made.log = "";
    const port = options.includes("--port") ? [] : ["--port", "0"];
    made.process = spawn(BINARY, ["serve", ...port, "--json", ...options], { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    made.process.stderr.on("data", (text) => (made.log += text));
    made.ended = once(made.process, "exit");
    const lines = createInterface({ input: made.process.stdout });
    const first = await Promise.race([once(lines, "line"), made.ended.then(() => null)]);
    if (!first) throw new Error(`the emulator did not start: ${made.log}`);
    Object.assign(made, JSON.parse(first[0]));
    return made;
  }

  /** Stops it as Ctrl-C does, and says so if it does not end well. */
  async stop() {
    if (this.process.exitCode !== null) return;
    this.process.kill("SIGTERM");
    const [code] = await this.ended;
    if (code !== 0) throw new Error(`the emulator ended with ${code}: ${this.log}`);
  }

  async call(method, path, { key, body, token } = {}) {
    const headers = {
      ...(key && { Authorization: `Bearer ${key}` }), ...(token && { "X-Mock-Token": token }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const response = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: text.startsWith("{") ? JSON.parse(text) : null };
  }

  async send(phone, code, key) {
    return (await this.call("POST", "/api/v1/send-otp", { key, body: { phone, code } })).json;
  }
}
