// Starts the providers for trying them by hand, and prints what to enter for them at a network. The argument is the
// network's address. They keep their ports, so that a network that knows them can be used again.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "../..");
const PYTHON = process.env.PROVIDERS_PYTHON ?? join(ROOT, "target/clients-venv/bin/python");
const LATCHKEY = process.env.LATCHKEY ?? join(ROOT, "target/release/latchkey");
const network = new URL(process.argv[2] ?? "http://localhost:3000").origin;

/** @param {string} slug */
const callback = (slug) => `${network}/sign-in/callback/${slug}`;

/** @param {string} slug */
const client = (slug) => ({ client_id: "latchkey", client_secret: `secret-of-${slug}`, redirect_uris: [callback(slug)] });

/**
 * Starts a program, and returns the JSON that it prints.
 *
 * @param {string} command
 * @param {string} file
 * @param {object} settings
 */
async function start(command, file, settings) {
  const program = spawn(command, [join(import.meta.dirname, file), JSON.stringify(settings)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(program.stdout), "line");
  return JSON.parse(line);
}

/**
 * @param {string} title
 * @param {string} slug
 * @param {{ client_id: string, client_secret: string }} credentials
 * @param {[string, string][]} entries
 */
function tell(title, slug, { client_id, client_secret }, entries) {
  console.log(`\n${title}`);
  const all = [["short name", slug], ["client id", client_id], ["client secret", client_secret], ["redirect URI", callback(slug)], ...entries];
  for (const [name, value] of all) console.log(`  ${name.padEnd(18)} ${value}`);
}

console.log(`For ${network}, started with --allow-outgoing 127.0.0.0/8. Any login name is an account: ada is ada@example.com.`);

const openid = await start(process.execPath, "openid/main.mjs", { port: 4001, control: 4011, clients: [client("openid")] });
tell("OpenID Connect: node-oidc-provider", "openid", client("openid"), [
  ["issuer", openid.issuer],
  ["control", openid.control],
]);

const plain = await start(PYTHON, "plain/main.py", { port: 4002, control: 4012, clients: [client("plain")] });
tell("Plain OAuth 2.0: Authlib", "plain", client("plain"), [
  ["authorization", plain.authorization],
  ["token", plain.token],
  ["userinfo", plain.userinfo],
  ["credentials", "in the form"],
  ["scopes", "people"],
  ["id", "data.person.uid"],
  ["email", "data.person.mail.0.address"],
  ["email is verified", "data.person.mail.0.confirmed"],
  ["name", "data.person.label"],
  ["picture", "data.person.avatar"],
  ["control", plain.control],
]);

if (existsSync(LATCHKEY)) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-provider-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const issuer = "http://127.0.0.1:4003";
  const server = spawn(LATCHKEY, ["serve", "--demo", "--data-dir", folder, "--listen", "127.0.0.1:4003", "--public-url", issuer], {
    env: { ...process.env, RUST_LOG: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => server.kill("SIGKILL"));
  const lines = createInterface(server.stdout);
  await once(lines, "line");
  const scopes = ["openid", "profile", "email"].flatMap((scope) => ["--scope", scope]);
  const created = spawnSync(
    LATCHKEY,
    ["app", "create", "--data-dir", folder, "--json", "--name", "The other network", "--redirect-uri", callback("latchkey"), ...scopes],
    { encoding: "utf8" },
  );
  if (created.status !== 0) throw new Error(created.stderr);
  tell("Another Latchkey, with the demonstration network", "latchkey", JSON.parse(created.stdout), [["issuer", issuer]]);
  lines.on("line", (line) => console.log(`  ${line}`));
}

console.log("\nCtrl+C ends them.");
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit());
