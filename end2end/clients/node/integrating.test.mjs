// docs/integrating.md, followed as a reader would: its commands in order, in one shell, against the real server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";
import { Terminal } from "./support/terminal.mjs";

const page = readFileSync(resolve(import.meta.dirname, "../../../docs/integrating.md"), "utf8");

/** The blocks of the guide: commands (`sh`), and the output of the preceding commands (`json`). */
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));

/** @type {Latchkey} */
let latchkey;
/** @type {string} */
let folder;
before(async () => {
  latchkey = await Latchkey.start();
  folder = mkdtempSync(join(tmpdir(), "latchkey-guide-"));
});
after(async () => {
  await latchkey.stop();
  rmSync(folder, { recursive: true });
});

test("every command works, and answers as shown", async () => {
  const host = new Person(latchkey.issuer, "host@demo.example");
  const shell = new Terminal(["bash", "--norc"], folder, { LATCHKEY_DATA_DIR: latchkey.folder });
  shell.types("trap 'echo \"failed: $BASH_COMMAND\"' ERR\n");
  let [output, commands, answers] = ["", 0, 0];
  /** @type {URL | undefined} */
  let link;
  for (const { language, text } of blocks) {
    if (language === "json") {
      assertShown(answerIn(output), JSON.parse(text), `${text}${output}`);
      answers += 1;
      continue;
    }
    assert.equal(language, "sh", text);
    const command = text.replaceAll("http://localhost:3000", latchkey.issuer);
    const from = shell.output.length;
    shell.types(command);
    if (/^read /m.test(command)) {
      assert.ok(link, "nothing was asked before");
      shell.types(`${await host.allows(link)}\n`);
    }
    commands += 1;
    shell.types(`printf '\\n--- after %s\\n' ${commands}\n`);
    await shell.shows(new RegExp(`^--- after ${commands}$`, "m"), from);
    output = shell.output.slice(from, shell.output.lastIndexOf("\n---"));
    assert.doesNotMatch(output, /^failed: /m, command);
    const printed = /^http\S+\/oauth\/authorize\?\S+$/m.exec(output);
    if (printed) link = new URL(printed[0]);
    if (/members\.txt/.test(command)) assertMembers(shell.output.slice(from));
    if (/\/schema/.test(command)) assert.match(output, /members\(.*MemberConnection.*host:read:network_members/s);
  }
  shell.process.stdin.end();
  assert.equal(await shell.end(), 0);
  assert.ok(commands >= 14 && answers >= 8, `${commands} commands, ${answers} answers`);
});

test("its table says what a wrong secret and a pause look like", async () => {
  const app = latchkey.registerWebApp();
  const member = new Person(latchkey.issuer);
  const link = new URL(`${latchkey.issuer}/oauth/authorize?response_type=code&state=xyz`);
  link.searchParams.set("client_id", app.client_id);
  const code = (await member.allows(link)).searchParams.get("code") ?? "";
  const { client_id, redirect_uri } = app;
  const exchange = { grant_type: "authorization_code", client_id, redirect_uri, code };
  const wrong = await post("/oauth/token", { ...exchange, client_secret: "A".repeat(43) });
  assert.equal(wrong.error, "invalid_client");
  const { client_secret } = app;
  const { access_token, refresh_token } = await post("/oauth/token", { ...exchange, client_secret });

  const host = new Person(latchkey.issuer, "host@demo.example");
  await host.signsIn();
  const refresh = () => post("/oauth/token", { grant_type: "refresh_token", client_id, client_secret, refresh_token });
  await host.calls("applications/set-paused", { client_id, paused: true });
  assert.equal((await refresh()).error, "unauthorized_client");
  const profile = await fetch(`${latchkey.issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
  assert.equal(profile.status, 401);
  assert.match((await profile.json()).error_description, /paused/);
  await host.calls("applications/set-paused", { client_id, paused: false });
  assert.ok((await refresh()).access_token);

  const table = page.split("\n").filter((line) => line.startsWith("| "));
  assert.ok(table.some((line) => /`invalid_client`.*client id or secret is wrong/.test(line)));
  assert.ok(table.some((line) => /`unauthorized_client`, or a 401 that says “paused”.*keep the tokens/.test(line)));
});

/**
 * @param {string} path
 * @param {Record<string, string>} form
 */
async function post(path, form) {
  const answer = await fetch(`${latchkey.issuer}${path}`, { method: "POST", body: new URLSearchParams(form) });
  return answer.json();
}

/** Checks that every member was listed exactly once. */
function assertMembers(/** @type {string} */ output) {
  const kept = readFileSync(join(folder, "members.txt"), "utf8").trim().split("\n");
  const all = latchkey.list("member").map(({ email }) => `"email":"${email}"`);
  assert.ok(all.length > 100, `${all.length} members are no more than a page or two`);
  assert.deepEqual(kept.toSorted(), all.toSorted());
  assert.match(output, new RegExp(`^\\s*${all.length}$`, "m"));
}

/** The JSON document in the output of commands. */
function answerIn(/** @type {string} */ output) {
  return JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
}

/**
 * Checks that `answer` contains everything in `shown`. `…` matches any text, a number any number, an empty list any
 * list.
 *
 * @param {any} answer
 * @param {any} shown
 * @param {string} where
 */
function assertShown(answer, shown, where) {
  if (typeof shown === "string") {
    assert.equal(typeof answer, "string", where);
    const [begin, rest] = shown.split("…");
    assert.ok(rest === undefined ? answer === shown : answer.startsWith(begin), `${answer} for ${shown} in ${where}`);
  } else if (shown === null || typeof shown !== "object") {
    assert.equal(typeof answer, typeof shown, where);
  } else {
    assert.equal(Array.isArray(answer), Array.isArray(shown), `${JSON.stringify(answer)} for ${where}`);
    for (const [name, value] of Object.entries(shown)) {
      assert.ok(answer !== null && name in answer, `no ${name} in ${JSON.stringify(answer)} for ${where}`);
      assertShown(answer[name], value, where);
    }
  }
}
