// Auth.js in Express, with the code of docs/recipes/auth-js.md, as an OpenID Connect and as an OAuth 2.0 provider, and with
// the settings that "Use it" shows for Next.js. `make programs` runs these in Next.js itself.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import ts from "typescript";

import { Browser, textOf } from "./support/browser.mjs";
import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";
import { Program } from "./support/program.mjs";

/** Where it is in Express, and in Next.js. */
const [AUTH, API_AUTH] = ["/auth", "/api/auth"];
const CALLBACK = "/callback/latchkey";
const [OPENID_CONNECT, EXPRESS, OAUTH] = [0, 1, 2];

/** A person who is asked in each test, because they never allow everything. */
const HOST = "host@demo.example";

/** @type {Latchkey} */
let latchkey;

before(async () => {
  latchkey = await Latchkey.start();
});

after(() => latchkey?.stop());

/** @typedef {import("./support/latchkey.mjs").Application} Application */

const kinds = [
  {
    kind: "OpenID Connect",
    base: AUTH,
    name: "My network",
    start: () => runsRecipe(OPENID_CONNECT, (callback) => latchkey.registerRelyingParty(callback)),
  },
  {
    kind: "OAuth 2.0",
    base: AUTH,
    name: "My network",
    start: () => runsRecipe(OAUTH, (callback) => latchkey.registerWebApp(callback)),
  },
  { kind: "the settings of Use it", base: API_AUTH, name: "Harbor Street Makers", start: runsUseIt },
];

/**
 * @param {number} block
 * @param {(callback: string) => Application} register
 */
function runsRecipe(block, register) {
  const registers = (/** @type {string} */ address) => register(address + AUTH + CALLBACK);
  return Program.runs(latchkey.issuer, "auth-js.md", registers, [block, EXPRESS]);
}

/** Runs what a host copies from the page. Only the framework is another one. */
async function runsUseIt() {
  const host = new Person(latchkey.issuer, HOST);
  await host.signsIn();
  const program = await Program.listens();
  const { client_id } = latchkey.registerRelyingParty(program.address + API_AUTH + CALLBACK);
  const page = await host.opens(`/admin/settings/oauth-applications/${client_id}/use?program=auth-js`, []);
  const settings = textOf(page, "env");
  const nextAuth = 'import NextAuth from "next-auth";\n';
  assert.ok(settings.includes(nextAuth), settings);
  const express = `
    import { ExpressAuth, getSession } from "@auth/express";
    import express from "express";

    const app = express();
    app.set("trust proxy", true);

    function NextAuth(config) {
      config.secret = "a secret of the tests";
      app.use("${API_AUTH}", ExpressAuth(config));
      app.get("/", async (req, res) => res.json(await getSession(req, { ...config, basePath: "${API_AUTH}" })));
      return {};
    }
  `;
  await program.runsCode(express + ts.transpile(settings.replace(nextAuth, ""), { target: ts.ScriptTarget.ES2022 }));
  return program;
}

for (const { kind, base, name, start } of kinds) {
  describe(kind, () => {
    /** @type {Program} */
    let program;

    before(async () => {
      program = await start();
    });

    after(() => program?.stop());

    /**
     * Presses the button of the sign-in or sign-out page, whose form has a token in it.
     *
     * @param {Browser} browser
     * @param {string} path
     */
    async function presses(browser, path) {
      const { csrfToken } = JSON.parse(await browser.opens(`${base}/csrf`));
      const form = [{ name: "csrfToken", value: csrfToken }, { name: "callbackUrl", value: "/" }];
      return browser.visits(program.address + base + path, form);
    }

    /**
     * The same for the button that sends the browser to Latchkey.
     *
     * @param {Browser} browser
     */
    async function begins(browser) {
      const link = await presses(browser, "/signin/latchkey");
      assert.ok(link instanceof URL);
      return link;
    }

    /** @param {Browser} browser */
    async function whoIsSignedIn(browser) {
      return JSON.parse(await browser.opens("/"))?.user;
    }

    test("a member signs in and out", async () => {
      const browser = new Browser(program.address);
      assert.match(await browser.opens(`${base}/signin`), new RegExp(`Sign in with ${name}`));
      const member = new Person(latchkey.issuer);
      const callback = await member.allows(await begins(browser));
      await browser.opens(callback.pathname + callback.search);
      assert.deepEqual(await whoIsSignedIn(browser), latchkey.member(member.email));

      await presses(browser, "/signout");
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
