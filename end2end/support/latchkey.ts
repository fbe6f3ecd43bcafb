import { ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = process.env.LATCHKEY ?? resolve(__dirname, "../../target/release/latchkey");

/** The password of everyone that the tests add. */
export const PASSWORD = "correct horse battery";

/** The output of `latchkey app create --json`. */
export interface CreatedApplication {
  client_id: string;
  client_secret?: string;
  name: string;
}

/** The real binary with its own data folder. */
export class Latchkey {
  private process?: ChildProcess;
  /** All output of the server. */
  output = "";

  private constructor(
    readonly directory: string,
    readonly host: string,
    readonly port: number,
  ) {}

  static start(...flags: string[]): Promise<Latchkey> {
    return Latchkey.startAt("localhost", ...flags);
  }

  /** The same with another name of this machine, so that its cookies are its own. */
  static async startAt(host: string, ...flags: string[]): Promise<Latchkey> {
    const latchkey = new Latchkey(mkdtempSync(join(tmpdir(), "latchkey-")), host, await freePort());
    await latchkey.up(...flags);
    return latchkey;
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  get pid(): number {
    return this.process!.pid!;
  }

  async up(...flags: string[]): Promise<void> {
    const address = flags.includes("--public-url") ? [] : ["--public-url", this.url];
    this.process = spawn(
      BINARY,
      ["serve", "--data-dir", join(this.directory, "data"), "--listen", `127.0.0.1:${this.port}`, ...address, ...flags],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.process.stdout!.on("data", (text) => (this.output += text));
    this.process.stderr!.on("data", (text) => (this.output += text));
    const deadline = Date.now() + 15_000;
    for (;;) {
      const ready = await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (this.process.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${this.output}`);
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  /** Stops the server with `signal` and waits for its end. */
  async down(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((exit) => running.once("exit", exit));
    running.kill(signal);
    await gone;
  }

  async dispose(): Promise<void> {
    await this.down("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a command of the binary on the same data folder while the server runs. */
  cli(args: string[], input = ""): string {
    const [command, action, ...rest] = args;
    const result = spawnSync(BINARY, [command, action, "--data-dir", join(this.directory, "data"), ...rest], {
      input,
      encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`latchkey ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  addMember(email: string, name: string, role: "host" | "moderator" | "member"): void {
    this.cli(["member", "add", "--email", email, "--name", name, "--role", role], `${PASSWORD}\n`);
  }

  addApplication(name: string, ...flags: string[]): CreatedApplication {
    const uri = "https://myapp.example/oauth/callback";
    return JSON.parse(
      this.cli(["app", "create", "--json", "--name", name, "--redirect-uri", uri, "--scope", "read:posts", ...flags]),
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? found(address.port) : failed(new Error("no port"))));
    });
  });
}
