// How values are written for people.
const CARRIERS = {
  viettel: "Viettel", vinaphone: "VinaPhone", mobifone: "MobiFone", vietnamobile: "Vietnamobile",
  gmobile: "Gmobile", itel: "iTel", reddi: "Reddi",
};
export const carriers = Object.keys(CARRIERS);

export const failureCodes = ["no_answer", "busy", "rejected", "unreachable", "invalid_number",
  "suspended", "barred", "carrier_blocked", "early_hangup", "voicemail", "network_error", "timeout"];

export function carrierName(slug) {
  return CARRIERS[slug] ?? slug;
}

/** +84981234567 as +84 98 123 4567 */
export function phone(number) {
  const parts = /^(\+84)(\d{2})(\d{3})(\d{4})$/.exec(number);
  return parts ? parts.slice(1).join(" ") : number;
}

/** What people type for a number: 098 123 4567 is +84981234567. */
export function toInternational(typed) {
  const bare = typed.replace(/[\s.()-]/g, "");
  if (/^0\d/.test(bare)) return `+84${bare.slice(1)}`;
  return /^84\d{9}$/.test(bare) ? `+${bare}` : bare;
}

export function money(amount) {
  const [whole, part = ""] = String(amount).split(".");
  return `$${whole}.${part.padEnd(2, "0")}`;
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A length of time in two figures or so: 250 ms, 2 s, 1 min 30 s, 2 h. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const at = units.findIndex(([, size]) => seconds >= size);
  const parts = [];
  let left = Math.round(seconds);
  for (const [unit, size] of units.slice(at, at + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

export function microseconds(us) {
  return us < 1000 ? `${us} µs` : duration(us / 1000);
}

/** The time of day, to the millisecond where wanted; with the date if it is not today's. */
export function timeOfDay(at, now = at) {
  const date = new Date(at);
  const clock = date.toLocaleTimeString("en-GB");
  return date.toDateString() === new Date(now).toDateString()
    ? clock : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })} ${clock}`;
}

export function ago(at, now) {
  const ms = now - at;
  if (ms < -1500) return `in ${duration(-ms)}`;
  if (ms < 1500) return "now";
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return timeOfDay(at, now);
}

/** Words for a status, so that colour is never alone. */
export function statusWords(delivery) {
  if (delivery.status === "sent") return "Calling";
  return delivery.status === "delivered" ? "Delivered" : "Failed";
}

export function failureWords(code) {
  return (code ?? "").replaceAll("_", " ");
}

/** JSON that came as text, with indents; other text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Quoted for a shell. */
export function shellQuoted(text) {
  return `'${String(text).replaceAll("'", "'\\''")}'`;
}
