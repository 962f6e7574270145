/** A value that tells those who care when it is another one. */
export class Signal {
  #value;
  #listeners = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(value) {
    this.#value = value;
    this.tell();
  }

  tell() {
    for (const each of [...this.#listeners]) each(this.#value);
  }

  /** Answers how to stop. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same, and at once. */
  follow(listener) {
    listener(this.#value);
    return this.listen(listener);
  }
}

/** Runs once, a moment after the last call but not much later than the first. */
export function soon(action, pause = 60, longest = 400) {
  let timer = 0;
  let first = 0;
  return () => {
    const now = performance.now();
    if (timer === 0) first = now;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      action();
    }, Math.max(0, Math.min(pause, first + longest - now)));
  };
}

/** At most one run at a time; a call meanwhile makes for one more run behind it. */
export function oneAtATime(action) {
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await action();
    } while (again);
  };
  return () => {
    if (running) {
      again = true;
    } else {
      running = run().finally(() => (running = null));
    }
    return running;
  };
}
