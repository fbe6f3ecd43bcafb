import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** What runs the server and tells what it answers; see there. */
const SCRIPT = resolve(import.meta.dirname, "../../../../crates/testing/src/postgres.sh");

/** Where Debian installs it, a folder for each version. */
const VERSIONS = "/usr/lib/postgresql";

/** @typedef {import("node:stream").Readable} Readable */
/** @typedef {import("node:stream").Writable} Writable */
/** @typedef {import("node:child_process").ChildProcessByStdio<Writable, Readable, null>} Script */

/** A private PostgreSQL in a temporary folder. It is gone when this process is. */
export class Postgres {
  /** The address of the database. */
  url = "";
  /** @type {AsyncIterator<string>} */
  #answers;

  /** @param {Script} script */
  constructor(script) {
    this.script = script;
    this.#answers = createInterface(script.stdout)[Symbol.asyncIterator]();
  }

  /** Starts one, and makes an empty database in it. */
  static async start() {
    // It refuses to run as root.
    const unprivileged = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
    const [program, ...flags] = [...unprivileged, "sh", SCRIPT, programs(), "5432"];
    const postgres = new Postgres(spawn(program, flags, { cwd: "/", stdio: ["pipe", "pipe", "inherit"] }));
    const folder = await postgres.#answer();
    postgres.script.stdin.write("create test\n");
    const answer = await postgres.#answer();
    if (answer !== "done") throw new Error(`no database: ${answer}`);
    postgres.url = `postgres://latchkey@${encodeURIComponent(folder)}/test`;
    return postgres;
  }

  async #answer() {
    const { value } = await this.#answers.next();
    if (!value) throw new Error("PostgreSQL did not start");
    return value;
  }

  async stop() {
    const gone = once(this.script, "exit");
    this.script.stdin.end();
    await gone;
  }
}

/** The folder with `initdb`, of the newest version. */
function programs() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [...versions.map((version) => join(VERSIONS, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (!found) throw new Error("PostgreSQL's server is needed: run `scripts/setup.sh test`, or install it");
  return found;
}
