// The stream of events. EventSource can't send X-Mock-Token, so it is read by hand.
import { path, request } from "./api.js";
import { Signal } from "./signal.js";

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
const SILENCE = 40_000;       // a stream that lives says something every 15 s
const HIDDEN_FOR = 300_000;   // browsers allow six connections to a server: a tab nobody sees lets go

/** "connecting", "live", "reconnecting" or "paused", and when the next try is. */
export const connection = new Signal({ state: "connecting" });

const listeners = new Set();
let lastId = "";
let control = null;
let wasOpen = false;
let pause = FIRST_PAUSE;
let wake = null;

/** `listener(type, data)`; the type "resumed" says that the stream is open (again), and "gap" that what
 * is known has to be read anew. */
export function onEvent(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(type, data) {
  for (const each of listeners) each(type, data);
}

/** Takes the events out of a text as it comes in, in pieces that end anywhere. */
export function eventReader(found) {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { id: "", type: "message", data: "" };
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        if (colon < 1) continue;
        const value = line.slice(colon + 1).replace(/^ /, "");
        if (line.startsWith("id:")) event.id = value;
        else if (line.startsWith("event:")) event.type = value;
        else if (line.startsWith("data:")) event.data += value;
      }
      if (event.data) found(event);
    }
  };
}

async function follow() {
  control = new AbortController();
  const { signal } = control;
  const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
  const response = await request(path("events"), { headers, signal });
  pause = FIRST_PAUSE;
  connection.set({ state: "live" });
  tell("resumed");
  // Without the number of an event there is nothing to go on behind.
  if (wasOpen && !lastId) tell("gap", { missed: null });
  wasOpen = true;
  const read = eventReader(({ id, type, data }) => {
    if (id) lastId = id;
    tell(type, JSON.parse(data));
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let watch = 0;
  try {
    for (;;) {
      clearTimeout(watch);
      watch = setTimeout(() => control.abort(), SILENCE);
      const { value, done } = await reader.read();
      if (done) return;
      read(value);
    }
  } finally {
    clearTimeout(watch);
  }
}

function isPaused() {
  return connection.value.state === "paused";
}

function wait(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function run() {
  while (!isPaused()) {
    try {
      await follow();
    } catch (failure) {
      // An id that this emulator can't read is one of another emulator.
      if (failure.status === 400) {
        lastId = "";
        tell("gap", { missed: null });
      }
    }
    if (isPaused()) return;
    connection.set({ state: "reconnecting", next: Date.now() + pause });
    await wait(pause);
    pause = Math.min(LONGEST_PAUSE, pause * 1.7);
  }
}

export function tryNow() {
  pause = FIRST_PAUSE;
  wake?.();
}

export function startEvents() {
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => {
        connection.set({ state: "paused" });
        control?.abort();
      }, HIDDEN_FOR);
    } else if (isPaused()) {
      connection.set({ state: "connecting" });
      run();
    } else {
      tryNow();
    }
  });
  run();
}
