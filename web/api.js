// Calls of the control API, which is where the page gets everything from.
import { askForToken } from "./token.js";

const base = new URL("./", location.href).pathname;  // "/_mock/"

/** What the emulator said no with; status 0: it did not answer at all. */
export class ApiError extends Error {
  constructor(status, error, detail) {
    super(detail);
    this.status = status;
    this.error = error;
  }
}

function headersOf(extra) {
  const token = sessionStorage.getItem("token");
  return token ? { ...extra, "X-Mock-Token": token } : extra;
}

/** An account is named as replies name it, by its masked key. */
export function path(name, query = {}) {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== null)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return base + name + (parts.length ? `?${parts.join("&")}` : "");
}

async function refusalOf(response) {
  const text = await response.text();
  try {
    const { error, detail } = JSON.parse(text);
    return new ApiError(response.status, error ?? "", detail ?? error ?? text);
  } catch {
    return new ApiError(response.status, "", text || `HTTP ${response.status}`);
  }
}

/** The response of a call that was let in: asks for the token as long as it is needed. */
export async function request(target, options = {}) {
  for (;;) {
    const sent = sessionStorage.getItem("token");
    let response;
    try {
      response = await fetch(target, { ...options, headers: headersOf(options.headers ?? {}), cache: "no-store" });
    } catch (failure) {
      if (failure.name === "AbortError") throw failure;
      throw new ApiError(0, "unreachable", "nexo-mock does not answer. Is it still running?");
    }
    if (response.ok) return response;
    const refusal = await refusalOf(response);
    if (refusal.error !== "control_token_needed") throw refusal;
    // Another call may have asked meanwhile.
    if (sessionStorage.getItem("token") === sent) await askForToken(Boolean(sent));
  }
}

export async function get(name, query) {
  return (await request(path(name, query))).json();
}

export async function send(method, name, query, body) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return (await request(path(name, query), { method, body: text })).json();
}
