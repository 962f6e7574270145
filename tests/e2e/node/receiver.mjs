// A webhook receiver that verifies as the vendor's guide for Node does: the raw body, HMAC-SHA256
// keyed with the 32 bytes of the secret's SHA-256 digest, compared in constant time.
//
//     node receiver.mjs SECRET
//
// The first line it prints is its port, then each webhook is one line of JSON: accepted or not and
// why, the headers, and the raw body in base64. It answers 204 or 401, and ends when its standard
// input does.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = createHash("sha256").update(process.argv[2]).digest();

function judge(headers, body) {
  const given = headers["x-nexo-signature"];
  if (given === undefined) return "no signature";
  const expected = Buffer.from(`sha256=${createHmac("sha256", key).update(body).digest("hex")}`);
  const received = Buffer.from(given);
  const fits = received.length === expected.length && timingSafeEqual(received, expected);
  if (!fits) return "another signature";
  const { type } = JSON.parse(body);
  return headers["x-nexo-event-type"] === type ? null : "another event type";
}

const server = createServer(async (request, reply) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const why = judge(request.headers, body);
  console.log(JSON.stringify({
    accepted: why === null, why, headers: request.headers, body: body.toString("base64"),
  }));
  reply.writeHead(why === null ? 204 : 401).end();
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
