import { spawnSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The library that gives a program another time. There is none if Debian's package `faketime` is not installed. */
export function faketime() {
  // The command itself starts programs as its children, which outlive it when it is killed. So only its library is used.
  const asked = spawnSync("faketime", ["-m", "-f", "+0s", "printenv", "LD_PRELOAD"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** One time for this process and for all programs that get `environment`. It goes on, and can be moved ahead. */
export class Clock {
  #ahead = 0;
  #real = Date;

  /**
   * @param {string} folder
   * @param {string} library see {@link faketime}
   */
  constructor(folder, library) {
    this.file = join(folder, "time");
    this.environment = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_NO_CACHE: "1" };
    this.moves(0);
    const now = () => this.#real.now() + this.#ahead * 1000;
    globalThis.Date = new Proxy(Date, {
      construct: (real, values) => (values.length > 0 ? Reflect.construct(real, values) : new real(now())),
      get: (real, name) => (name === "now" ? now : Reflect.get(real, name)),
    });
  }

  /** @param {number} seconds */
  moves(seconds) {
    this.#ahead += seconds;
    // Renamed, so that nobody reads half a file.
    writeFileSync(`${this.file}.new`, `+${this.#ahead}s\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  stop() {
    globalThis.Date = this.#real;
  }
}
