// A list of the control API, held here as far as it is known: read page by page at first, then
// continued behind the last number whenever an event says that there is more.
import { get } from "./api.js";
import { complain } from "./toast.js";
import { oneAtATime, Signal, soon } from "./signal.js";

const PAGE = 1000;
const MOST_KEPT = 100_000;

export class Feed {
  /** `keep(entry)` makes what is held of an entry; it has at least a seq. */
  constructor(call, name, keep) {
    Object.assign(this, { call, name, keep });
    this.clear();
    this.changed = new Signal(this);
    this.pull = oneAtATime(() => this.#pull());
    this.pullSoon = soon(this.pull);
  }

  clear() {
    this.entries = [];          // by seq
    this.bySeq = new Map();
    this.dropped = 0;           // that were too many to be held here
    this.evicted = 0;           // that the emulator no longer has
    this.isComplete = false;
    this.epoch = (this.epoch ?? 0) + 1;
  }

  get lastSeq() {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Forgets everything and reads it anew. What is shown stays until the first page is there. */
  reload() {
    this.stale = true;
    this.epoch += 1;
    return this.pull();
  }

  async #pull() {
    for (;;) {
      const { epoch } = this;
      const after = this.stale ? 0 : this.lastSeq;
      let page;
      try {
        page = await get(this.call, { after, limit: PAGE });
      } catch (failure) {
        // Who does not answer is told of by the state of the connection.
        if (failure.status !== 0) complain(failure);
        return;
      }
      if (epoch !== this.epoch) continue;  // a reset came in between
      if (this.stale) {
        this.clear();
        this.stale = false;
      }
      this.evicted = page.evicted;
      for (const each of page[this.name]) this.#add(this.keep(each));
      this.#trim();
      this.isComplete = !page.more;
      this.changed.tell();
      if (!page.more) return;
    }
  }

  #add(entry) {
    const known = this.bySeq.get(entry.seq);
    if (known) {
      Object.assign(known, entry);
      return;
    }
    if (this.isComplete) entry.arrived = Date.now();
    this.bySeq.set(entry.seq, entry);
    if (entry.seq > this.lastSeq) this.entries.push(entry);
    else this.entries.splice(this.entries.findIndex((each) => each.seq > entry.seq), 0, entry);
  }

  #trim() {
    const many = this.entries.length - MOST_KEPT;
    if (many <= 0) return;
    for (const { seq } of this.entries.splice(0, many)) this.bySeq.delete(seq);
    this.dropped += many;
  }

  /** What is known of an entry is another thing now. */
  update(entry) {
    if (!this.bySeq.has(entry.seq)) return;
    this.#add(entry);
    this.changed.tell();
  }

  /** One that an event told of: changed here, or fetched if it is new. */
  see(seq, change) {
    const known = this.bySeq.get(seq);
    if (!known) return this.pullSoon();
    Object.assign(known, change);
    this.changed.tell();
  }
}
