// Holds recorded exchanges against an OpenAPI 3.1 document.
//
//     node traffic.mjs openapi.json FILE…
//
// Each line of a FILE is {"method", "path", "status", "content_type", "body"}, the body as text.
// Prints what there is to complain of, what was never seen, and how much was validated. Exit code 1
// if there is something to complain of.
import { readFileSync } from "node:fs";

import { Judge } from "./judge.mjs";

const LONGEST_VALUE = 200;

const [documentFile, ...files] = process.argv.slice(2);
const judge = new Judge(JSON.parse(readFileSync(documentFile, "utf8")));

function* exchanges() {
  for (const file of files) {
    const lines = readFileSync(file, "utf8").split("\n");
    for (const [index, line] of lines.entries()) {
      if (line !== "") yield { at: `${file}:${index + 1}`, exchange: JSON.parse(line) };
    }
  }
}

/** A complaint without what differs from one element of an array to the next. */
function kindOf({ call, status }, { pointer = "", text }) {
  return `${call} ${status} ${pointer.replace(/\/\d+(?=\/|$)/g, "/#")} ${text}`;
}

function inWords({ call, status }, { pointer, text, value }) {
  const where = pointer === undefined ? "" : `${pointer || "the body"} `;
  const shown = value === undefined ? "" : `, and is ${JSON.stringify(value)}`;
  const cut = shown.length > LONGEST_VALUE ? `${shown.slice(0, LONGEST_VALUE)}…` : shown;
  return `${call} ${status}: ${where}${text}${cut}`;
}

let validated = 0;
let others = 0;
const seen = new Set();
const kinds = new Map(); // of complaints: the first of each in words, and how many there are
for (const { at, exchange } of exchanges()) {
  const verdict = judge.judge(exchange);
  if (verdict === null) {
    others += 1;
    continue;
  }
  validated += 1;
  seen.add(`${verdict.call} ${verdict.status}`);
  for (const complaint of verdict.complaints) {
    const kind = kindOf(verdict, complaint);
    const first = { words: `${inWords(verdict, complaint)}\n    at ${at}`, count: 0 };
    const known = kinds.get(kind) ?? first;
    kinds.set(kind, { ...known, count: known.count + 1 });
  }
}
for (const { words, count } of kinds.values()) {
  console.log(count === 1 ? words : `${words}, and ${count - 1} more`);
}

const unseen = new Map();
const operations = { all: new Set(), seen: new Set() };
const replies = { all: 0, seen: 0 };
for (const { call, status } of judge.replies()) {
  operations.all.add(call);
  replies.all += 1;
  if (seen.has(`${call} ${status}`)) {
    operations.seen.add(call);
    replies.seen += 1;
  } else {
    unseen.set(call, [...(unseen.get(call) ?? []), status]);
  }
}
for (const [call, statuses] of unseen) console.log(`never seen: ${call} ${statuses.join(", ")}`);
console.log([
  `${validated} exchanges validated`,
  `of ${operations.seen.size} of ${operations.all.size} operations`,
  `and ${replies.seen} of ${replies.all} documented replies`,
  `${others} of other paths`,
  `${kinds.size} complaints`,
].join(", "));
process.exitCode = kinds.size === 0 ? 0 : 1;
