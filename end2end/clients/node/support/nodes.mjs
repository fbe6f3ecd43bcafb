import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BINARY, environment, Latchkey } from "./latchkey.mjs";

/** The demonstration network on PostgreSQL: several servers behind a balancer, each with a folder of its own. */
export class Nodes {
  /** @type {Latchkey[]} */
  #nodes = [];
  /** @type {number[]} */
  #ports = [];
  /** @type {string[][]} */
  #logs = [];
  /** @type {Map<string, number>} */
  #turns = new Map();
  #folder = mkdtempSync(join(tmpdir(), "latchkey-nodes-"));
  #balancer = createServer((asked, answer) => this.#forwards(asked, answer));

  /**
   * Starts the balancer alone.
   *
   * @param {string} database
   * @param {Record<string, string>} variables more of the environment of servers and commands
   */
  static async on(database, variables) {
    const nodes = new Nodes();
    nodes.variables = { ...variables, LATCHKEY_DATABASE_URL: database };
    nodes.issuer = `http://localhost:${await listens(nodes.#balancer)}`;
    return nodes;
  }

  /** The URL that clients are configured with. */
  issuer = "";
  /** @type {Record<string, string>} */
  variables = {};

  /** The first server's machine, where commands are run. */
  get first() {
    return this.#nodes[0];
  }

  /** Starts a server. All have the key that the first made. */
  async adds() {
    const folder = join(this.#folder, String(this.#nodes.length));
    mkdirSync(folder);
    if (this.first) copyKey(this.first.folder, folder);
    const reserved = createServer();
    const port = await listens(reserved);
    reserved.close();
    const where = ["--data-dir", folder, "--listen", `127.0.0.1:${port}`, "--public-url", this.issuer];
    const server = spawn(BINARY, ["serve", "--demo", ...where], {
      env: environment(this.variables),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#nodes.push(new Latchkey(folder, server, this.issuer, this.variables));
    /** @type {string[]} */
    const log = [];
    this.#logs.push(log);
    createInterface(server.stderr).on("line", (line) => log.push(line));
    const [line] = await Promise.race([once(createInterface(server.stdout), "line"), once(server, "exit")]);
    if (line !== `Latchkey is at ${this.issuer}`) throw new Error(`${BINARY} did not start: ${log.join("\n")}`);
    const number = this.#ports.push(port) - 1;
    // Once it answers, all its timers run.
    await this.asks(number, "/.well-known/openid-configuration");
  }

  /**
   * How often a server logged a message.
   *
   * @param {number} number
   * @param {string} message
   */
  logged(number, message) {
    return this.#logs[number].filter((line) => JSON.parse(line).message === message).length;
  }

  /** Gives all servers the key file of the first. */
  copiesKey() {
    for (const { folder } of this.#nodes.slice(1)) copyKey(this.first.folder, folder);
  }

  /**
   * What one server answers for a path.
   *
   * @param {number} number
   * @param {string} path
   */
  async asks(number, path) {
    const asked = request({ ...this.#to(number), path, headers: { host: new URL(this.issuer).host } }).end();
    const [answer] = await once(asked, "response");
    let text = "";
    for await (const part of answer.setEncoding("utf8")) text += part;
    return JSON.parse(text);
  }

  /** @param {number} number */
  #to(number) {
    return { host: "127.0.0.1", port: this.#ports[number], agent: false };
  }

  /**
   * The requests for one path go to the servers in turn.
   *
   * @param {import("node:http").IncomingMessage} asked
   * @param {import("node:http").ServerResponse} answer
   */
  #forwards(asked, answer) {
    const { method, headers, url: path = "/" } = asked;
    const [name] = path.split("?");
    const turn = this.#turns.get(name) ?? 0;
    this.#turns.set(name, turn + 1);
    const onward = request({ ...this.#to(turn % this.#ports.length), method, path, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", (error) => answer.destroy(error));
    asked.pipe(onward);
  }

  async stop() {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    this.#balancer.closeAllConnections();
    this.#balancer.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * @param {import("node:http").Server} server
 * @returns {Promise<number>} its port
 */
async function listens(server) {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/**
 * @param {string} from
 * @param {string} to
 */
function copyKey(from, to) {
  copyFileSync(join(from, "latchkey.key"), join(to, "latchkey.key"));
}
