// Judges exchanges by an OpenAPI document. One is {method, path, status, content_type, body}.
import { parseEvents } from "./event_stream.mjs";
import { SchemaBook, step } from "./schema_book.mjs";

const VENDOR = "/api/v1";
const OURS = /^\/(api\/v1|_mock)(\/|$)/;

function patternOf(template) {
  const escaped = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\{\w+\}/g, "[^/]+")}$`);
}

function typeOf({ content_type: type }) {
  return (type ?? "").split(";")[0].trim().toLowerCase();
}

function parse(text, type) {
  if (type === "text/event-stream") return parseEvents(text);
  return /[/+]json$/.test(type) ? JSON.parse(text) : text;
}

export class Judge {
  /** Throws if a schema of a reply is no good one. */
  constructor(document) {
    this.book = new SchemaBook(document);
    this.routes = Object.entries(document.paths)
      .map(([template, operations]) => ({ template, operations, pattern: patternOf(template) }))
      .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
    for (const { place } of this.replies()) {
      const response = this.book.follow(place);
      for (const type in this.book.at(response).content) {
        this.book.validatorOf(`${response}/content/${step(type)}/schema`);
      }
    }
  }

  /** All documented replies: operation, status, and place in the document. */
  *replies() {
    for (const { template, operations } of this.routes) {
      for (const [method, { responses }] of Object.entries(operations)) {
        const call = `${method.toUpperCase()} ${template}`;
        const place = `/paths/${step(template)}/${method}/responses`;
        for (const status in responses) yield { call, status, place: `${place}/${status}` };
      }
    }
  }

  /** The documented reply that an exchange has, and what is wrong with it; null if the path is none
   * of the document's business. */
  judge(exchange) {
    const path = exchange.path.split("?")[0];
    const method = exchange.method === "HEAD" ? "get" : exchange.method.toLowerCase();
    const route = this.routes.find(({ pattern }) => pattern.test(path));
    if (!route && !OURS.test(path)) return null;
    const operation = route?.operations[method];
    if (!operation) return this.judgeRouter(exchange, path, route);
    const call = `${method.toUpperCase()} ${route.template}`;
    const place = `/paths/${step(route.template)}/${method}/responses`;
    return { call, ...this.judgeReply(exchange, place, operation.responses) };
  }

  /** A refusal of a path that is not there, or of a method. The vendor API looks at nothing else
   * then; before the control API stand its token, and where the caller comes from. */
  judgeRouter(exchange, path, route) {
    const isVendors = path.startsWith(VENDOR);
    const refusals = [route ? 405 : 404, ...(isVendors ? [] : [401, 403])];
    const seen = { call: `${exchange.method} ${path}`, status: exchange.status };
    if (!refusals.includes(exchange.status)) {
      const what = route ? "undocumented method" : "unknown path";
      return { ...seen, complaints: [{ text: what }] };
    }
    const place = `/components/schemas/${isVendors ? "VendorError" : "ControlError"}`;
    return { ...seen, complaints: this.judgeBody(exchange, place) };
  }

  /** A refusal that is not as its status has it may be a scenario's where the operation has a
   * default response: if the error code is another one, or the content is of another type. */
  judgeReply(exchange, place, responses) {
    const { status } = exchange;
    const otherwise = () => ({
      status: "default", complaints: this.judgeResponse(exchange, `${place}/default`),
    });
    if (!(status in responses)) {
      if ("default" in responses) return otherwise();
      return { status, complaints: [{ text: `undocumented status ${status}` }] };
    }
    const complaints = this.judgeResponse(exchange, `${place}/${status}`);
    const isAnother = complaints.some(({ pointer, isType }) =>
      pointer === "/error" || pointer === "/ok" || (isType && status >= 400));
    return isAnother && "default" in responses ? otherwise() : { status, complaints };
  }

  judgeResponse(exchange, place) {
    const response = this.book.follow(place);
    const type = typeOf(exchange);
    const { content = {} } = this.book.at(response);
    const name = [type, "*/*"].find((each) => each in content);
    if (name === undefined) return [{ text: `undocumented content type "${type}"`, isType: true }];
    return this.judgeBody(exchange, `${response}/content/${step(name)}/schema`);
  }

  judgeBody(exchange, place) {
    if (exchange.method === "HEAD") return [];
    const type = typeOf(exchange);
    try {
      const value = parse(exchange.body, type);
      return type === "text/event-stream" ? this.judgeEvents(value, place)
                                          : this.book.complaints(place, value);
    } catch (error) {
      return [{ text: `the body is no ${type}: ${error.message}`, value: exchange.body }];
    }
  }

  /** Each event by the alternative of its name, so that complaints are about that one alone. */
  judgeEvents(events, place) {
    const alternatives = `${this.book.follow(`${place}/contentSchema/items`)}/oneOf`;
    return events.flatMap((event, index) => {
      const number = this.book.at(alternatives)
        .findIndex(({ properties }) => properties.event.const === event.event);
      const pointer = `/${index}`;
      if (number < 0) return [{ pointer, text: `unknown event "${event.event}"`, value: event }];
      return this.book.complaints(`${alternatives}/${number}`, event)
        .map((each) => ({ ...each, pointer: pointer + each.pointer }));
    });
  }
}
