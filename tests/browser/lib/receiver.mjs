// A receiver of webhooks that answers what it is told to.
import { createServer } from "node:http";
import { once } from "node:events";

export class Receiver {
  static async start(...answers) {
    const made = new Receiver();
    made.answers = answers;  // {status, body}; the last one for ever
    made.received = [];
    made.server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += piece));
      request.on("end", () => {
        made.received.push({ headers: request.headers, body });
        const answer = made.answers.length > 1 ? made.answers.shift() : made.answers[0];
        response.writeHead(answer.status).end(answer.body ?? "");
      });
    });
    made.server.listen(0, "127.0.0.1");
    await once(made.server, "listening");
    made.url = `http://127.0.0.1:${made.server.address().port}/hook`;
    return made;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
