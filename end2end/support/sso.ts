import { Browser } from "@playwright/test";
import { expect, Page, PASSWORD, test as base } from "./fixtures";
import { Latchkey } from "./latchkey";
import { LatchkeyProvider, OpenIdProvider, PlainProvider } from "./providers";

/** Widths of a telephone and of a screen. There are many pages. */
export const WIDTHS = [360, 1440];

interface Fixtures {
  /** Everything as at the start in `openid`, except accounts: each test has its own. */
  fresh: void;
}

interface Shared {
  openid: OpenIdProvider;
  plain: PlainProvider;
  other: LatchkeyProvider;
}

/** A server that may reach the providers of this machine, each of which is started once for all tests of a worker. */
export const test = base.extend<Fixtures, Shared>({
  latchkey: async ({}, use) => {
    const latchkey = await Latchkey.start("--allow-outgoing", "127.0.0.0/8");
    latchkey.addMember("host@example.com", "Hanna Host", "host");
    latchkey.addMember("member@example.com", "Max Member", "member");
    await use(latchkey);
    await latchkey.dispose();
  },
  openid: [
    async ({}, use) => {
      const provider = await OpenIdProvider.start();
      await use(provider);
      provider.dispose();
    },
    { scope: "worker" },
  ],
  plain: [
    async ({}, use) => {
      const provider = await PlainProvider.start();
      await use(provider);
      provider.dispose();
    },
    { scope: "worker" },
  ],
  other: [
    async ({}, use) => {
      const provider = await LatchkeyProvider.start();
      provider.latchkey.addMember("host@example.com", "Hilda Host", "host");
      await use(provider);
      await provider.dispose();
    },
    { scope: "worker" },
  ],
  fresh: [
    async ({ openid }, use) => {
      await openid.tell({ reset: true });
      await use();
    },
    { auto: true },
  ],
});

/** Presses the provider's button on the sign-in page. */
export async function presses(page: Page, latchkey: Latchkey, name: string, to = "/account/providers"): Promise<void> {
  await page.goto(`${latchkey.url}/sign-in?return_to=${encodeURIComponent(to)}`);
  await page.getByRole("link", { name: `Continue with ${name}` }).click();
}

/** Signs in at the provider's page, which asks for nothing but a login name. */
export async function signsInThere(page: Page, login: string): Promise<void> {
  await page.getByLabel("Login name").fill(login);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Both. */
export async function continues(page: Page, latchkey: Latchkey, name: string, login: string, to?: string): Promise<void> {
  await presses(page, latchkey, name, to);
  await signsInThere(page, login);
}

/** Signs in with the password on the page that is open. */
export async function signsInHere(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Waits until `page` shows the account of the member with this name. */
export async function isSignedIn(page: Page, latchkey: Latchkey, name: string): Promise<void> {
  await page.waitForURL((url) => url.origin === latchkey.url && !/^\/(sign-in|oauth)/.test(url.pathname));
  await page.goto(latchkey.url);
  await expect(page.getByText(`Welcome, ${name}.`)).toBeVisible();
}

/** Checks that the browser came back, that nobody is signed in, and that the page says why. Returns what it says. */
export async function isRefused(page: Page, latchkey: Latchkey, says: RegExp): Promise<string> {
  await page.waitForURL((url) => url.origin === latchkey.url);
  await expect(page.locator("main")).toContainText(says);
  const text = await page.locator("main").innerText();
  const session = await page.request.get(`${latchkey.url}/account/profile`, { maxRedirects: 0 });
  expect(session.status(), text).toBe(303);
  return text;
}

/**
 * Diverts the next callback of `page`: to the address that `to` says, or nowhere if it says none. Playwright's own routes
 * do not see redirects.
 */
export async function diverts(page: Page, to: (url: URL) => string | undefined): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  let done = false;
  devtools.on("Fetch.requestPaused", ({ requestId, request }) => {
    const next = done ? undefined : to(new URL(request.url));
    if (done) return void devtools.send("Fetch.continueRequest", { requestId });
    done = true;
    if (next === undefined) return void devtools.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
    const responseHeaders = [{ name: "location", value: next }];
    void devtools.send("Fetch.fulfillRequest", { requestId, responseCode: 303, responseHeaders });
  });
  await devtools.send("Fetch.enable", { patterns: [{ urlPattern: "*/sign-in/callback/*" }] });
}

/** Forgets who is signed in here, not who is at the providers. */
export async function signsOutHere(page: Page): Promise<void> {
  await page.context().clearCookies({ domain: "localhost" });
}

/** A browser of somebody else. */
export async function newPage(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

/** The members, as the command line lists them. */
export function members(latchkey: Latchkey): { name: string; email: string }[] {
  return JSON.parse(latchkey.cli(["member", "list", "--json"]));
}

export { expect };
export type { Page };
