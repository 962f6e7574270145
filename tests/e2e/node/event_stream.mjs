// Server-sent events as a list of {id, event, data}, the data read as JSON. What is behind the last
// empty line is no event yet, and a block without data is none.

function parseBlock(block) {
  const event = { event: "message" };
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") event[name] = value;
  }
  return data.length === 0 ? [] : [{ ...event, data: JSON.parse(data.join("\n")) }];
}

/** Throws if the data of an event is no JSON. */
export function parseEvents(text) {
  return text.replaceAll("\r\n", "\n").split("\n\n").slice(0, -1).flatMap(parseBlock);
}
