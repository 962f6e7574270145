// What fetch makes of calls that suffer a fault.
//
//     node faults.mjs '[{"name": "reset", "url": "…", "init": {…}, "patience": 1000}, …]'
//
// One line of JSON for each case: the status, once there is one; then the body, or where and how it
// failed. `patience` is for reply and body together, in milliseconds.

/** The code that an application would look at: of the cause, else of the error itself. */
function codeOf(error) {
  return error.cause?.code ?? error.cause?.name ?? error.name;
}

async function call({ name, url, init, patience }) {
  const seen = { name };
  try {
    const reply = await fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
    seen.status = reply.status;
    seen.body = await reply.text();
  } catch (error) {
    seen.failed = seen.status === undefined ? "fetch" : "body";
    seen.code = codeOf(error);
  }
  return seen;
}

for (const each of JSON.parse(process.argv[2])) {
  const began = performance.now();
  const seen = await call(each);
  console.log(JSON.stringify({ ...seen, took: Math.round(performance.now() - began) }));
}
