// passport-openidconnect in Express, with the code of docs/recipes/passport-openidconnect.md.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

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
  const register = (/** @type {string} */ address) => latchkey.registerRelyingParty(`${address}/cb`);
  program = await Program.runs(latchkey.issuer, "passport-openidconnect.md", register);
});

after(async () => {
  await program?.stop();
  await latchkey?.stop();
});

/**
 * Goes to the sign-in of the program, which sends the browser to Latchkey.
 *
 * @param {Browser} browser
 */
async function begins(browser) {
  const link = await browser.visits(`${program.address}/login`);
  assert.ok(link instanceof URL);
  return link;
}

/**
 * What the program shows at the end.
 *
 * @param {Browser} browser
 * @param {URL} callback
 */
async function ends(browser, callback) {
  return JSON.parse(await browser.opens(callback.pathname + callback.search));
}

test("a member signs in and out", async () => {
  const browser = new Browser(program.address);
  const member = new Person(latchkey.issuer);
  const { user } = await ends(browser, await member.allows(await begins(browser)));
  assert.deepEqual(user, latchkey.member(member.email));
  assert.deepEqual(JSON.parse(await browser.opens("/")), { user });

  assert.deepEqual(JSON.parse(await browser.opens("/logout", [])), {});
});

test("Deny is told to the program", async () => {
  const browser = new Browser(program.address);
  const denied = await new Person(latchkey.issuer, HOST).denies(await begins(browser));
  const { user, messages } = await ends(browser, denied);
  assert.equal(user, undefined);
  assert.match(messages[0], /declined/);
});

test("an answer with another state is refused", async () => {
  const browser = new Browser(program.address);
  const callback = await new Person(latchkey.issuer).allows(await begins(browser));
  callback.searchParams.set("state", "another");
  assert.deepEqual(await ends(browser, callback), { messages: ["Invalid authorization request state."] });
});

test("an answer to another request is refused by its nonce", async () => {
  const browser = new Browser(program.address);
  const member = new Person(latchkey.issuer);
  const link = await begins(browser);
  link.searchParams.set("nonce", "another");
  assert.deepEqual(await ends(browser, await member.allows(link)), { messages: ["ID token contains invalid nonce."] });
});
