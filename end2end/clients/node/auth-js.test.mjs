// Auth.js in Express, with the code of docs/recipes/auth-js.md: as an OpenID Connect and as an OAuth 2.0 provider.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Browser } from "./support/browser.mjs";
import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";
import { Program } from "./support/program.mjs";

const CALLBACK = "/auth/callback/latchkey";
const [OPENID_CONNECT, EXPRESS, OAUTH] = [0, 1, 2];

/** A person who is asked in each test, because they never allow everything. */
const HOST = "host@demo.example";

/** @type {Latchkey} */
let latchkey;

before(async () => {
  latchkey = await Latchkey.start();
});

after(() => latchkey?.stop());

const kinds = [
  {
    kind: "OpenID Connect",
    block: OPENID_CONNECT,
    register: (/** @type {string} */ address) => latchkey.registerRelyingParty(address + CALLBACK),
  },
  {
    kind: "OAuth 2.0",
    block: OAUTH,
    register: (/** @type {string} */ address) => latchkey.registerWebApp(address + CALLBACK),
  },
];

for (const { kind, block, register } of kinds) {
  describe(kind, () => {
    /** @type {Program} */
    let program;

    before(async () => {
      program = await Program.runs(latchkey.issuer, "auth-js.md", register, [block, EXPRESS]);
    });

    after(() => program?.stop());

    /**
     * Presses the button of the sign-in or sign-out page, whose form has a token in it.
     *
     * @param {Browser} browser
     * @param {string} path
     */
    async function presses(browser, path) {
      const { csrfToken } = JSON.parse(await browser.opens("/auth/csrf"));
      const form = [{ name: "csrfToken", value: csrfToken }, { name: "callbackUrl", value: "/" }];
      return browser.visits(program.address + path, form);
    }

    /**
     * The same for the button that sends the browser to Latchkey.
     *
     * @param {Browser} browser
     */
    async function begins(browser) {
      const link = await presses(browser, "/auth/signin/latchkey");
      assert.ok(link instanceof URL);
      return link;
    }

    /** @param {Browser} browser */
    async function whoIsSignedIn(browser) {
      return JSON.parse(await browser.opens("/"))?.user;
    }

    test("a member signs in and out", async () => {
      const browser = new Browser(program.address);
      assert.match(await browser.opens("/auth/signin"), /Sign in with My network/);
      const member = new Person(latchkey.issuer);
      const callback = await member.allows(await begins(browser));
      await browser.opens(callback.pathname + callback.search);
      assert.deepEqual(await whoIsSignedIn(browser), latchkey.member(member.email));

      await presses(browser, "/auth/signout");
      assert.equal(await whoIsSignedIn(browser), undefined);
    });

    test("Deny is told to the program", async () => {
      const browser = new Browser(program.address);
      const denied = await new Person(latchkey.issuer, HOST).denies(await begins(browser));
      const page = await browser.opens(denied.pathname + denied.search);
      assert.match(page, /Try signing in with a different account/);
      assert.equal(await whoIsSignedIn(browser), undefined);
    });

    test("an answer in another browser is refused", async () => {
      const callback = await new Person(latchkey.issuer).allows(await begins(new Browser(program.address)));
      const other = new Browser(program.address);
      const answer = await other.fetch(callback);
      assert.match(String(answer.headers.get("location")), /\/auth\/error\?error=Configuration$/);
      assert.equal(await whoIsSignedIn(other), undefined);
    });
  });
}
