import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

export class Wait {
  static forHttp(path, port) {
    return async (container) => {
      const reply = await fetch(`http://${container.getHost()}:${container.getMappedPort(port)}${path}`);
      assert.equal(reply.status, 200);
    };
  }
}

export class GenericContainer {
  #environment = {};
  #ports = [];
  #ready;
  #wait;
  #process;

  constructor(image) {
    assert.equal(image, "nexo-mock");
  }

  withEnvironment(environment) {
    Object.assign(this.#environment, environment);
    return this;
  }

  withExposedPorts(...ports) {
    this.#ports.push(...ports);
    return this;
  }

  withWaitStrategy(strategy) {
    this.#wait = strategy;
    return this;
  }

  async start() {
    this.#process = spawn(process.env.NEXO_MOCK_BIN, ["--port", "0", "--json"], {
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(this.#process.stdout, "data");
    this.#ready = JSON.parse(line);
    await this.#wait(this);
    return this;
  }

  async stop() {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }

  getHost() {
    return "127.0.0.1";
  }

  getMappedPort(port) {
    assert(this.#ports.includes(port));
    return this.#ready.port;
  }
}
