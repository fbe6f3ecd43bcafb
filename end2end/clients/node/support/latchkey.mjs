import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export const BINARY = process.env.LATCHKEY ?? resolve(import.meta.dirname, "../../../../target/release/latchkey");

/** All scopes that the applications here may request. */
const SCOPES = ["read:userinfo", "read:posts", "write:posts"];

/** The scopes of OpenID Connect. */
const SIGN_IN = ["openid", "profile", "email"];

/** @typedef {{ client_id: string, client_secret?: string, redirect_uri: string }} Application */

/**
 * The settings of the person who runs the tests must not affect the tests.
 *
 * @param {Record<string, string>} more
 */
export function environment(more = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LATCHKEY"));
  return { ...Object.fromEntries(own), ...more };
}

/** The real binary with the demonstration network, in its own folder and on its own port. */
export class Latchkey {
  /**
   * @param {string} folder
   * @param {import("node:child_process").ChildProcess} server
   * @param {string} issuer
   * @param {Record<string, string>} variables the environment of its commands
   */
  constructor(folder, server, issuer, variables = {}) {
    this.folder = folder;
    this.server = server;
    this.variables = variables;
    /** The URL that clients are configured with. */
    this.issuer = issuer;
  }

  static async start() {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    const server = spawn(BINARY, ["serve", "--demo", "--data-dir", folder, "--listen", "127.0.0.1:0"], {
      env: environment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line] = await Promise.race([
      once(createInterface(server.stdout), "line"),
      once(server, "exit").then(([status]) => [`it ended with ${status}`]),
    ]);
    const issuer = /^Latchkey is at (\S+)$/.exec(line)?.[1];
    if (!issuer) throw new Error(`${BINARY} did not start: ${line}`);
    const health = await fetch(`${issuer}/healthz`);
    if (!health.ok) throw new Error(`/healthz answered ${health.status}`);
    return new Latchkey(folder, server, issuer);
  }

  async stop() {
    const gone = once(this.server, "exit");
    this.server.kill("SIGKILL");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Registers a web application, which has a secret.
   *
   * @returns {Application & { client_secret: string }}
   */
  registerWebApp(redirect_uri = "https://app.example/callback") {
    const created = this.#create(["--name", "Web App", "--redirect-uri", redirect_uri]);
    return { ...created, redirect_uri };
  }

  /**
   * Registers a program on a member's device, which has no secret. It uses a port that was free when it started (RFC
   * 8252 section 7.3).
   *
   * @returns {Application}
   */
  registerNativeApp() {
    const created = this.#create(["--name", "Native App", "--redirect-uri", "http://127.0.0.1/callback", "--public"]);
    return { ...created, redirect_uri: "http://127.0.0.1:49152/callback" };
  }

  /**
   * Registers a web application that signs people in with OpenID Connect.
   *
   * @param {string[]} more
   * @returns {Application & { client_secret: string }}
   */
  registerRelyingParty(redirect_uri = "https://app.example/callback", more = []) {
    const flags = ["--name", "Relying Party", "--redirect-uri", redirect_uri, ...after(redirect_uri), ...more];
    const created = this.#create(flags, SIGN_IN);
    return { ...created, redirect_uri };
  }

  /**
   * Registers a page that signs people in by itself, in the browser. It has no secret.
   *
   * @param {string} redirect_uri
   * @returns {Application}
   */
  registerSinglePageApp(redirect_uri) {
    const created = this.#create(["--name", "Single Page", "--redirect-uri", redirect_uri, ...after(redirect_uri), "--public"], SIGN_IN);
    return { ...created, redirect_uri };
  }

  /**
   * All members or applications, as the command line lists them.
   *
   * @param {"member" | "app"} what
   * @returns {Record<string, string>[]}
   */
  list(what) {
    return JSON.parse(this.runs([what, "list", "--json"]));
  }

  /**
   * The member with this email, with the names of a profile's fields.
   *
   * @param {string} email
   */
  member(email) {
    const found = this.list("member").find((member) => member.email === email);
    if (!found) throw new Error(`no member ${email}`);
    return { id: String(found.id), name: found.name, email };
  }

  /**
   * @param {string[]} flags
   * @param {string[]} scopes
   */
  #create(flags, scopes = SCOPES) {
    const scoped = scopes.flatMap((scope) => ["--scope", scope]);
    return JSON.parse(this.runs(["app", "create", "--json", ...flags, ...scoped]));
  }

  /**
   * Runs a command to its end. Returns what it printed.
   *
   * @param {string[]} command
   */
  runs(command) {
    const flags = [...command, "--data-dir", this.folder];
    const result = spawnSync(BINARY, flags, { encoding: "utf8", env: environment(this.variables) });
    if (result.status !== 0) throw new Error(`latchkey ${command.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }
}

/** The options for where people go after they signed out: the program's first page. */
function after(/** @type {string} */ redirect_uri) {
  return ["--post-logout-redirect-uri", new URL("/", redirect_uri).href];
}
