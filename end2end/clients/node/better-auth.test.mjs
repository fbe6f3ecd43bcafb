// Better Auth in Express, with the code of docs/recipes/better-auth.md, and its client.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createAuthClient } from "better-auth/client";

import { Browser } from "./support/browser.mjs";
import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";
import { Program } from "./support/program.mjs";

/** A person who is asked in each test, because they never allow everything. */
const HOST = "host@demo.example";

/** @type {Latchkey} */
let latchkey;
/** @type {Program} */
let program;

before(async () => {
  latchkey = await Latchkey.start();
  const register = (/** @type {string} */ address) => latchkey.registerRelyingParty(`${address}/api/auth/callback/latchkey`);
  program = await Program.runs(latchkey.issuer, "better-auth.md", register);
});

after(async () => {
  await program?.stop();
  await latchkey?.stop();
});

/** A page of the program: a browser, and the library's script in it. */
function page() {
  const browser = new Browser(program.address);
  const customFetchImpl = browser.fetch.bind(browser);
  const authClient = createAuthClient({ baseURL: program.address, fetchOptions: { customFetchImpl } });
  return { browser, authClient };
}

/**
 * Presses the button that sends the browser to Latchkey.
 *
 * @param {ReturnType<typeof page>} page
 */
async function begins({ authClient }) {
  const { data, error } = await authClient.signIn.social({ provider: "latchkey", callbackURL: "/" });
  assert.ok(data?.url, String(error?.message));
  return new URL(data.url);
}

/**
 * Where the program sends the browser that comes back from Latchkey.
 *
 * @param {ReturnType<typeof page>} page
 * @param {URL} callback
 */
async function ends({ browser }, callback) {
  const answer = await browser.fetch(callback);
  assert.equal(answer.status, 302, await answer.text());
  return new URL(String(answer.headers.get("location")), program.address);
}

test("a member signs in, gets newer tokens, and signs out", async () => {
  const here = page();
  const { authClient } = here;
  const member = new Person(latchkey.issuer);
  assert.equal((await ends(here, await member.allows(await begins(here)))).href, `${program.address}/`);

  const session = await authClient.getSession();
  const known = latchkey.member(member.email);
  assert.equal(session.data?.user.email, known.email);
  assert.equal(session.data?.user.name, known.name);
  const [account] = (await authClient.listAccounts()).data ?? [];
  assert.equal(account.accountId, known.id);

  const before = await authClient.getAccessToken({ accountId: account.id });
  const after = await authClient.refreshToken({ accountId: account.id });
  assert.ok(before.data?.accessToken && after.data?.accessToken);
  assert.notEqual(after.data.accessToken, before.data.accessToken);

  await authClient.signOut();
  assert.equal((await authClient.getSession()).data, null);
});

test("Deny is told to the program", async () => {
  const here = page();
  const end = await ends(here, await new Person(latchkey.issuer, HOST).denies(await begins(here)));
  assert.equal(end.pathname, "/api/auth/error");
  assert.equal(end.searchParams.get("error"), "access_denied");
  assert.match(await here.browser.opens(end.pathname + end.search), /access_denied/);
  assert.equal((await here.authClient.getSession()).data, null);
});

test("a member who keeps the email is not signed in", async () => {
  const here = page();
  const member = new Person(latchkey.issuer, HOST);
  const end = await ends(here, await member.allows(await begins(here), { untick: ["email"] }));
  assert.equal(end.searchParams.get("error"), "email_not_found");
});

test("an answer in another browser is refused", async () => {
  const callback = await new Person(latchkey.issuer).allows(await begins(page()));
  const other = page();
  assert.equal((await ends(other, callback)).searchParams.get("error"), "state_mismatch");
  assert.equal((await other.authClient.getSession()).data, null);
});

test("an answer to another request is refused by its nonce", async () => {
  const here = page();
  const link = await begins(here);
  link.searchParams.set("nonce", "another");
  const end = await ends(here, await new Person(latchkey.issuer).allows(link));
  assert.ok(end.searchParams.get("error"), end.href);
  assert.equal((await here.authClient.getSession()).data, null);
});
