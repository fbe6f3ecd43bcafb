// oidc-client-ts in a page of Chromium, with the code of docs/recipes/oidc-client-ts.md. The page calls Latchkey's
// endpoints from its own origin.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startChromium } from "./support/chromium.mjs";
import { Latchkey } from "./support/latchkey.mjs";
import { Program } from "./support/program.mjs";
import { recipe } from "./support/recipe.mjs";

const LIBRARY = readFileSync(resolve(import.meta.dirname, "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"));
const EMAIL = "member@demo.example";
/** A person who is asked in each test, because they never allow. */
const HOST = "host@demo.example";

/** @type {Latchkey} */
let latchkey;
/** @type {Program} */
let program;
/** @type {import("playwright-core").Browser} */
let chromium;
/** @type {import("playwright-core").Page} */
let page;

before(async () => {
  latchkey = await Latchkey.start();
  program = await Program.listens();
  const application = latchkey.registerSinglePageApp(`${program.address}/callback`);
  const [code] = recipe("oidc-client-ts.md", { network: latchkey.issuer, program: program.address, application });
  const html = `<!doctype html>
    <title>Single page</title>
    <button id="sign-in">Sign in</button> <button id="sign-out">Sign out</button>
    <p id="name"></p> <p id="problem"></p>
    <script src="/oidc-client-ts.min.js"></script>
    <script type="module">${code}\nwindow.users = users;</script>`;
  program.serves(({ url }, response) => {
    if (url === "/favicon.ico") response.writeHead(404).end();
    else if (url === "/oidc-client-ts.min.js") response.writeHead(200, { "content-type": "text/javascript" }).end(LIBRARY);
    else response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  chromium = await startChromium();
});

after(async () => {
  await chromium?.close();
  await program?.stop();
  await latchkey?.stop();
});

beforeEach(async () => {
  page = await chromium.newPage();
});

afterEach(() => page.close());

/**
 * Starts at the program, signs in at Latchkey and answers on the consent page, unless the server remembers the consent.
 *
 * @param {"Allow" | "Deny"} answer
 * @param {string} who
 */
async function signsIn(answer, who = EMAIL) {
  await page.goto(program.address);
  await page.click("#sign-in");
  await page.getByLabel("Email").fill(who);
  await page.getByLabel("Password").fill("latchkey-demo");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const button = page.getByRole("button", { name: answer });
  await button.or(page.locator("#sign-out")).waitFor();
  if (await button.isVisible()) await button.click();
  await page.waitForURL(`${program.address}/`);
}

/**
 * Waits until the element shows this text.
 *
 * @param {string} id
 * @param {string | RegExp} text
 */
function shows(id, text) {
  return page.locator(`#${id}`).filter({ hasText: text }).waitFor();
}

/** The library's object in the page. */
async function library() {
  const users = await page.waitForFunction("window.users");
  return /** @type {import("playwright-core").JSHandle<import("oidc-client-ts").UserManager>} */ (users);
}

/** Who is signed in, as the library knows. */
async function user() {
  return (await library()).evaluate((users) => users.getUser());
}

/** What Latchkey answers when the page asks it about an access token. */
function userinfo(/** @type {string} */ token) {
  return page.evaluate(
    async ([address, token]) => {
      const answer = await fetch(`${address}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });
      return answer.status;
    },
    [latchkey.issuer, token],
  );
}

test("Deny is told to the page", async () => {
  await signsIn("Deny", HOST);
  await shows("problem", /declined/);
  assert.equal(await user(), null);
});

test("a member signs in and out", async () => {
  await signsIn("Allow");
  const member = latchkey.member(EMAIL);
  await shows("name", member.name);
  const known = await user();
  assert.ok(known);
  const { sub, name, email } = known.profile;
  assert.deepEqual({ id: sub, name, email }, member);
  assert.equal(await userinfo(known.access_token), 200);
  const keys = await (await library()).evaluate((users) => users.metadataService.getSigningKeys());
  assert.deepEqual(keys?.map((key) => key.alg), ["RS256", "ES256"]);

  await page.click("#sign-out");
  await page.waitForURL(`${program.address}/`);
  await shows("name", "Nobody");
  assert.equal(await user(), null);
  assert.equal(await userinfo(known.access_token), 401);
  // The network asks for the password again.
  await page.click("#sign-in");
  await page.getByLabel("Password").waitFor();
});

test("the library renews the access token a minute before it expires", async () => {
  await signsIn("Allow");
  const first = await user();
  assert.ok(first?.refresh_token);
  await page.clock.install();
  await page.reload();
  await library();
  const renewal = page.waitForResponse((answer) => answer.url() === `${latchkey.issuer}/oauth/token` && answer.request().method() === "POST");
  await page.clock.fastForward("59:30");
  const answer = await renewal;
  assert.equal(new URLSearchParams(answer.request().postData() ?? "").get("grant_type"), "refresh_token");
  assert.equal(answer.status(), 200);
  const { access_token } = await answer.json();
  assert.notEqual(access_token, first.access_token);
  assert.equal(await userinfo(access_token), 200);
});

test("an answer with an unknown state is refused", async () => {
  await page.goto(`${program.address}/callback?code=nonsense&state=another`);
  await shows("problem", "No matching state found in storage");
});
