// Tests how an application sends a code and learns that it was heard. Needs Node.js 18.
//
//   NEXO_MOCK_URL=http://127.0.0.1:8484 node otp.test.mjs

import assert from "node:assert/strict";
import { createHash, createHmac, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const url = process.env.NEXO_MOCK_URL ?? "http://127.0.0.1:8484";
const key = `sk_live_node_${randomUUID()}`; // a new account, of this test alone
const secret = "whsec_node_example";
const phone = "+84981234567";

async function call(method, path, body) {
  const reply = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  assert(reply.ok, `${method} ${path} was answered with ${reply.status} ${text}`);
  return JSON.parse(text);
}

// The application: it sends codes and takes webhooks.

function sendCode(phone, code) {
  return call("POST", "/api/v1/send-otp", { phone, code });
}

function isGenuine(body, signature) {
  const digest = createHash("sha256").update(secret).digest(); // the raw 32 bytes are the key
  const mac = createHmac("sha256", digest).update(body).digest("hex");
  const expected = Buffer.from(`sha256=${mac}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const webhooks = [];
const receiver = createServer(async (request, response) => {
  const body = await buffer(request); // the bytes as they came: parse them once they are verified
  const signature = request.headers["x-nexo-signature"] ?? "";
  webhooks.push({ body, signature });
  response.writeHead(isGenuine(body, signature) ? 204 : 401).end();
});

// The test, step by step.

async function test() {
  // 1. Time stands still for this account, and its webhooks come here.
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  const target = `http://127.0.0.1:${receiver.address().port}/webhooks/nexo`;
  await call("PUT", "/_mock/clock", { mode: "manual" });
  await call("PATCH", "/_mock/account", { webhook: { url: target, secret } });
  console.log(`ok account with a manual clock, webhooks to ${target}`);

  // 2. The application sends a code, while
  // 3. the test waits for it, and reads what the called person would hear.
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const [sent, heard] = await Promise.all([
    sendCode(phone, code),
    call("GET", `/_mock/otp/${phone}?wait=10s`),
  ]);
  console.log(`ok send ${sent.id} by ${sent.carrier}`);
  assert.equal(heard.code, code, "the code is not the one that was sent");
  console.log(`ok code ${code}`);

  // 4. Go on until nothing is due. The answer comes once the webhook was answered.
  const advance = await call("POST", "/_mock/clock/advance", { to: "idle" });
  console.log(`ok clock fired ${advance.fired_total} events`);

  // 5. The webhook is genuine, and would not be with another number in it.
  assert(webhooks.length > 0, "no webhook came");
  const { body, signature } = webhooks[0];
  assert(isGenuine(body, signature), "the signature of the webhook does not fit its body");
  const tampered = body.toString().replace(phone, "+84987654321");
  assert(!isGenuine(tampered, signature), "a webhook that was tampered with passed for genuine");
  const event = JSON.parse(body);
  assert.equal(event.id, sent.id, "the webhook is about another delivery");
  console.log(`ok webhook ${event.type}, and a tampered one is refused`);

  // 6. What the application can ask for agrees.
  const delivery = await call("GET", `/api/v1/deliveries/${sent.id}`);
  const { balance } = await call("GET", "/api/v1/balance");
  assert.equal(delivery.status, "delivered", `the delivery is ${delivery.status}`);
  assert.equal(balance, 0.088, `the balance is ${balance}`);
  console.log(`ok delivery ${delivery.status}, balance ${balance}`);

  // 7. Nothing is left over: no code unread, no call refused, no webhook lost.
  await call("GET", "/_mock/verify");
  console.log("ok verify nothing left over");
}

try {
  await test();
  process.exit(0);
} catch (error) {
  console.error(`FAILED ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
