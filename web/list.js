// A list of any length of which only the rows in sight are in the document.
import { h, replace } from "./dom.js";

const MARGIN = 6;  // rows beyond what is seen

/** `makeRow(entry)` makes an element, `keyOf(entry)` says which it is: a row that stays in sight stays
 * the same element, with its focus. `signOf(entry)` is another when the row has to be made anew. */
export class WindowedList {
  constructor({ label, rowHeight, makeRow, keyOf, signOf, empty }) {
    Object.assign(this, { rowHeight, makeRow, keyOf, signOf, empty });
    this.entries = [];
    this.rows = new Map();
    this.current = null;
    this.canvas = h("div", { class: "list-canvas", role: "list", "aria-label": label });
    this.note = h("div", { class: "list-empty" });
    this.fresh = h("button", { class: "fresh", hidden: true, on: { click: () => this.scroller.scrollTo({ top: 0 }) } });
    this.scroller = h("div", { class: "list", tabindex: "-1", on: { scroll: () => this.#scrolled() } },
      this.canvas, this.note);
    this.element = h("div", { class: "list-frame" }, this.fresh, this.scroller);
    this.watcher = new ResizeObserver(() => this.drawSoon());
    this.watcher.observe(this.scroller);
  }

  stop() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
  }

  #scrolled() {
    if (this.scroller.scrollTop < this.rowHeight) this.#count(0);
    this.drawSoon();
  }

  #count(fresh) {
    this.freshCount = fresh;
    this.fresh.hidden = fresh === 0;
    replace(this.fresh, `${fresh} new`);
  }

  /** Newest first. Who has scrolled down keeps what is in sight in its place. */
  show(entries, { isSame = true } = {}) {
    const { scrollTop } = this.scroller;
    const added = isSame ? this.#addedBefore(entries) : 0;
    this.entries = entries;
    this.canvas.style.height = `${entries.length * this.rowHeight}px`;
    if (!isSame) {
      this.scroller.scrollTop = 0;
      this.#count(0);
    } else if (added > 0 && scrollTop >= this.rowHeight) {
      this.scroller.scrollTop = scrollTop + added * this.rowHeight;
      this.#count((this.freshCount ?? 0) + added);
    }
    this.draw();
  }

  #addedBefore(entries) {
    if (this.entries.length === 0) return 0;
    const first = this.keyOf(this.entries[0]);
    const at = entries.findIndex((each) => this.keyOf(each) === first);
    return Math.max(0, at);
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { scrollTop, clientHeight } = this.scroller;
    const begin = Math.max(0, Math.floor(scrollTop / this.rowHeight) - MARGIN);
    const end = Math.min(this.entries.length, Math.ceil((scrollTop + clientHeight) / this.rowHeight) + MARGIN);
    const kept = new Map();
    for (let i = begin; i < end; i += 1) kept.set(this.keyOf(this.entries[i]), this.#place(this.entries[i], i));
    for (const [key, { element }] of this.rows) if (kept.get(key)?.element !== element) element.remove();
    this.rows = kept;
    this.note.hidden = this.entries.length > 0;
    if (this.entries.length === 0) replace(this.note, this.empty());
  }

  #place(entry, index) {
    const key = this.keyOf(entry);
    const sign = this.signOf(entry);
    let row = this.rows.get(key);
    if (row?.sign !== sign) {
      const hadFocus = row?.element.contains(document.activeElement);
      const element = this.makeRow(entry);
      element.setAttribute("role", "listitem");
      if (row) row.element.replaceWith(element);
      else this.#insert(element, index);
      row = { element, sign };
      if (hadFocus) element.querySelector("a, button")?.focus({ preventScroll: true });
    }
    row.element.dataset.index = index;
    row.element.style.transform = `translateY(${index * this.rowHeight}px)`;
    row.element.setAttribute("aria-setsize", this.entries.length);
    row.element.setAttribute("aria-posinset", index + 1);
    row.element.classList.toggle("current", key === this.current);
    return row;
  }

  /** In the document in the order they are seen in, for those who go through it by keyboard. */
  #insert(element, index) {
    for (const each of this.canvas.children) {
      if (Number(each.dataset.index) >= index) return each.before(element);
    }
    this.canvas.append(element);
  }

  get currentIndex() {
    return this.entries.findIndex((each) => this.keyOf(each) === this.current);
  }

  get currentEntry() {
    return this.entries[this.currentIndex] ?? null;
  }

  /** Marks a row and brings it into sight. */
  select(key, { focus = false } = {}) {
    this.current = key;
    const index = this.currentIndex;
    if (index >= 0) {
      const top = index * this.rowHeight;
      const { scrollTop, clientHeight } = this.scroller;
      if (top < scrollTop) this.scroller.scrollTop = top;
      else if (top + this.rowHeight > scrollTop + clientHeight) this.scroller.scrollTop = top + this.rowHeight - clientHeight;
    }
    this.draw();
    if (focus) this.rows.get(key)?.element.querySelector("a, button")?.focus({ preventScroll: true });
  }

  /** To the row so many rows on; from nowhere, to the first. */
  step(by) {
    const index = this.currentIndex;
    this.stepTo(index < 0 ? 0 : index + by);
  }

  stepTo(index) {
    if (this.entries.length === 0) return;
    const next = Math.min(this.entries.length - 1, Math.max(0, index));
    this.select(this.keyOf(this.entries[next]), { focus: true });
  }
}
