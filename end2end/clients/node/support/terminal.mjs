import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, delimiter, resolve } from "node:path";
import { BINARY, environment } from "./latchkey.mjs";

/** The Python environment of scripts/setup.sh, with the libraries. */
const PYTHON = resolve(import.meta.dirname, "../../../../target/clients-venv/bin");

/** A command in its own terminal, which reads typed input. `latchkey` and the tested Python are on its path. */
export class Terminal {
  output = "";
  /** Callers that wait for output. */
  #listeners = new Set();

  /**
   * @param {string[]} command
   * @param {string} folder the working directory
   * @param {Record<string, string>} [more] environment variables
   */
  constructor(command, folder, more = {}) {
    const path = [dirname(BINARY), PYTHON, process.env.PATH].join(delimiter);
    const [program, ...flags] = command;
    this.process = spawn(program, flags, { cwd: folder, env: { ...environment(), PATH: path, ...more } });
    this.ended = once(this.process, "close");
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.output += text;
        this.#news();
      });
    }
    this.ended.then(() => this.#news());
  }

  /**
   * Waits until the output matches, from `from` on.
   *
   * @param {RegExp} pattern
   * @param {number} [from]
   * @returns {Promise<RegExpExecArray>}
   */
  async shows(pattern, from = 0) {
    for (;;) {
      const found = pattern.exec(this.output.slice(from));
      if (found) return found;
      if (this.process.exitCode !== null) throw new Error(`it ended without ${pattern}: ${this.output}`);
      await new Promise((resolve) => this.#listeners.add(resolve));
    }
  }

  #news() {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** @param {string} text */
  types(text) {
    this.process.stdin.write(text);
  }

  /** Waits for the end. Returns the exit status. */
  async end() {
    const [status] = await this.ended;
    return status;
  }
}
