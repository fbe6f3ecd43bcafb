// The settings and programs of the page "Use it", run unchanged with the real interpreters. What it shows for programs that
// exist is what their recipes show: other tests run most of those.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { textOf } from "./support/browser.mjs";
import { BINARY, Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";
import { Terminal } from "./support/terminal.mjs";

const ROOT = resolve(import.meta.dirname, "../../..");

const programs = [
  { id: "curl", file: "connect.sh" },
  { id: "node", file: "connect.mjs" },
  { id: "python", file: "connect.py" },
  { id: "rust", file: "src/main.rs" },
];

/** @type {Latchkey} */
let latchkey;
/** @type {Person} */
let host;
/** @type {Person} */
let member;

before(async () => {
  latchkey = await Latchkey.start();
  host = new Person(latchkey.issuer, "host@demo.example");
  await host.signsIn();
  member = new Person(latchkey.issuer);
});
after(() => latchkey.stop());

for (const kind of ["confidential", "public"]) {
  for (const { id, file } of programs) {
    describe(`the ${id} program of a ${kind} application`, () => {
      const folder = mkdtempSync(join(tmpdir(), "latchkey-use-it-"));
      /** @type {import("./support/latchkey.mjs").Application} */
      let app;
      /** @type {string} */
      let run;

      before(async () => {
        app = kind === "public" ? latchkey.registerNativeApp() : latchkey.registerWebApp();
        const address = `/admin/settings/oauth-applications/${app.client_id}/use`;
        const page = await host.opens(address);
        assert.ok(!app.client_secret || !page.includes(app.client_secret));
        // "Show the secret"
        const settings = textOf(kind === "public" ? page : await host.opens(address, []), "env");
        assert.equal(settings.includes(`OAUTH_CLIENT_SECRET=${app.client_secret}\n`), kind === "confidential");
        const program = textOf(page, id);
        run = textOf(page, `run-${id}`);
        if (id === "rust") {
          // Compiling needs the registry and takes minutes. An example of the server has the same text and is compiled
          // with it.
          assert.equal(program, readFileSync(join(ROOT, `app/snippets/${kind}/connect.rs`), "utf8"));
          run = run.replace(/^cargo run$/m, join(dirname(BINARY), `examples/use_it_${kind}`));
        }
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), program);
        writeFileSync(join(folder, ".env"), settings);
      });
      after(() => rmSync(folder, { recursive: true }));

      /** @param {(link: URL) => Promise<URL | string>} goes what the person does with the printed link */
      async function runs(goes) {
        // Its input is a socket, at which bash reads ~/.bashrc if it takes itself for the first shell; that may change the path.
        const terminal = new Terminal(["bash", "--norc", "-c", run], folder);
        const [link] = await terminal.shows(/http:\S+\/oauth\/authorize\?\S+(?=\s)/);
        const { searchParams } = new URL(link);
        assert.equal(searchParams.get("scope"), "read:userinfo read:posts write:posts");
        assert.equal(searchParams.get("code_challenge_method"), "S256");
        terminal.types(`${await goes(new URL(link))}\n`);
        const status = await terminal.end();
        const after = terminal.output.slice(terminal.output.indexOf(link) + link.length);
        if (app.client_secret) assert.ok(!terminal.output.includes(app.client_secret));
        return { status, output: after };
      }

      test("says so when the member denies", async () => {
        const { status, output } = await runs((link) => member.denies(asking(link)));
        assert.notEqual(status, 0);
        assert.match(output, /access_denied/);
      });

      test("gets tokens, calls the Headless API and refreshes", async () => {
        const { status, output } = await runs((link) => member.allows(link));
        assert.equal(status, 0, output);
        assert.match(output, /id/);
        assert.match(output, /["']?name["']?: ?["'][A-Z]\w+ [A-Z]\w+["']/);
        assert.match(output, /Refreshed: read:userinfo read:posts write:posts\n/);
      });

      test("takes less than it asked for", async () => {
        const untick = ["read:posts"];
        const { status, output } = await runs((link) => member.allows(asking(link), { untick }));
        assert.equal(status, 0, output);
        assert.match(output, /Refreshed: read:userinfo write:posts\n/);
      });

      test("takes no answer to another request", async () => {
        const { status, output } = await runs(async (link) => {
          const address = await member.allows(link);
          address.searchParams.set("state", "another");
          return address;
        });
        assert.notEqual(status, 0);
        assert.match(output, /not the answer to the link/);
      });

      test("shows why a code is refused", async () => {
        const { status, output } = await runs(async (link) => {
          const address = await member.allows(link);
          address.searchParams.set("code", "nonsense");
          return address;
        });
        assert.notEqual(status, 0);
        assert.match(output, /invalid_grant/);
      });
    });
  }
}

for (const id of ["discourse", "grafana", "jupyterhub", "nextcloud", "pgadmin", "synapse", "wordpress"]) {
  test(`the settings of ${id} are those of its recipe`, async () => {
    const program = "https://program.example";
    const text = readFileSync(join(ROOT, `docs/recipes/${id}.md`), "utf8").replaceAll("https://app.example", program);
    const [, redirect_uri] = /^Register `(.*?)`/m.exec(text) ?? [];
    const app = latchkey.registerRelyingParty(redirect_uri);
    const page = await host.opens(`/admin/settings/oauth-applications/${app.client_id}/use?program=${id}`, []);
    assert.match(page, /It is registered\./);
    const [, block] = /^```\w*\n(.*?)^```$/ms.exec(text) ?? [];
    const { name } = JSON.parse(latchkey.runs(["network", "show", "--json"]));
    const expected = block
      .replaceAll("https://network.example", latchkey.issuer)
      .replaceAll("My network", name)
      .replace(/^.*secret.*$/gim, (line) => line.replace("…", app.client_secret))
      .replaceAll("…", app.client_id);
    assert.deepEqual(withoutComments(textOf(page, "env")), withoutComments(expected));
  });
}

/** @param {string} settings */
function withoutComments(settings) {
  return settings.split("\n").filter((line) => !line.trimStart().startsWith("#"));
}

/**
 * The link that makes the server ask even if it remembers the consent.
 *
 * @param {URL} link
 */
function asking(link) {
  const asking = new URL(link);
  asking.searchParams.set("prompt", "consent");
  return asking;
}
