import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { recipe } from "./recipe.mjs";

/** @typedef {import("./latchkey.mjs").Application} Application */
/** @typedef {import("node:http").RequestListener} RequestListener */

/** From here, the code finds the libraries. */
const FOLDER = resolve(import.meta.dirname, "../node_modules/.recipes");

/** A program on its own port, which people sign in to with Latchkey. */
export class Program {
  /** @param {import("node:http").Server} server */
  constructor(server) {
    this.server = server;
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    this.address = `http://localhost:${port}`;
  }

  /** Listens. `serves` says what it answers. */
  static async listens() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Program(server);
  }

  /**
   * Runs the Express application that a page of docs/recipes/ shows.
   *
   * @param {string} network the address of Latchkey
   * @param {string} page the name of the file
   * @param {(address: string) => Application} register registers it at Latchkey
   * @param {number[]} blocks which blocks of code
   */
  static async runs(network, page, register, blocks = [0]) {
    const program = await Program.listens();
    const code = recipe(page, { network, program: program.address, application: register(program.address) });
    await program.runsCode(blocks.map((block) => code[block]).join("\n"));
    return program;
  }

  /** @param {string} code makes the Express application `app` */
  async runsCode(code) {
    this.serves(await applicationOf(code));
  }

  /** @param {RequestListener} answer */
  serves(answer) {
    this.server.on("request", answer);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

/**
 * Runs code that makes the Express application `app`.
 *
 * @param {string} code
 * @returns {Promise<RequestListener>}
 */
async function applicationOf(code) {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${randomUUID()}.mjs`);
  writeFileSync(file, `${code}\nexport { app };\n`);
  try {
    return (await import(pathToFileURL(file).href)).app;
  } finally {
    rmSync(file);
  }
}
