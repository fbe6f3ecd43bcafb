// The same in Firefox: from Allow to the final redirect of the application, and a page changed by other programs.
import { Sites } from "../support/callbacks";
import { decorate, translate } from "../support/changes";
import { Client } from "../support/client";
import { expect, press, sees, signInHere, test } from "../support/firefox";
import { PATH } from "../support/fixtures";

test("Firefox: the browser arrives behind an https callback that sends it on", async ({ firefox, latchkey }) => {
  const sites = new Sites();
  const last = await sites.open("http", "localhost");
  const second = await sites.open("http", "127.0.0.1", { "/next": (query) => `${last}/end?${query}` });
  const first = await sites.open("https", "localhost", { "/callback": (query) => `${second}/next?${query}` });
  const client = Client.at(`${first}/callback`, latchkey, "Far Away", ["read:posts"]);
  await firefox.goto(client.link("read:posts"));
  await signInHere(firefox, "member@example.com");
  await sees(firefox, /Far Away wants to use/);
  await press(firefox, "Allow");
  await expect.poll(() => firefox.url().split("?")[0], { timeout: 10_000 }).toBe(`${last}/end`);
  const arrived = new URL(firefox.url());
  expect((await client.redeem(arrived.searchParams.get("code")!)).status).toBe(200);
  await sites.close();
});

test("Firefox: the page works after a translator and a password manager changed it", async ({ firefox, latchkey }) => {
  latchkey.addApplication("First");
  await firefox.goto(`${latchkey.url}/sign-in?return_to=${PATH}`);
  await firefox.setRequestInterception(true);
  const changed = new Promise<void>((done) => {
    firefox.on("request", async (request) => {
      if (request.url().endsWith(".wasm")) {
        await firefox.waitForFunction(() => document.readyState !== "loading");
        await firefox.evaluate(translate);
        await firefox.evaluate(decorate);
        done();
      }
      await request.continue();
    });
  });
  await signInHere(firefox, "host@example.com");
  await changed;
  await firefox.waitForSelector("body[data-ready]");
  await firefox.evaluate(translate);
  // Its name is also translated.
  await firefox.locator("[id^=more-]").click();
  await firefox.locator("[role=menuitem][id^=pause-]").click();
  await sees(firefox, "First paused");
  await sees(firefox, "Paused");
  await firefox.locator("#new-application").click();
  await firefox.waitForSelector("dialog[open] #name");
});

test("Firefox: Copy works where the browser gives the page no clipboard", async ({ firefox, latchkey }) => {
  const { client_id } = latchkey.addApplication("Plain");
  await firefox.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }));
  await firefox.goto(`${latchkey.url}/sign-in?return_to=${PATH}`);
  await signInHere(firefox, "host@example.com");
  await firefox.waitForSelector("body[data-ready]");
  await firefox.evaluate(() => document.addEventListener("copy", () => (document.title = String(document.getSelection() || (document.activeElement as HTMLTextAreaElement).value))));
  await press(firefox, "Copy Client ID");
  await sees(firefox, "Client ID copied");
  expect(await firefox.title()).toBe(client_id);
});
